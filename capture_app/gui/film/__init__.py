"""Pictures and films, painted with the painters of the windows, which need Qt: saved is what is seen."""
