"""The windows. They render one frozen state and say what the person wants; they decide nothing."""
