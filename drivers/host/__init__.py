"""Any driver in another Python interpreter: a child process of ours, behind the same contract, supervised.

`drivers.host.hosted_driver` is this program's side, `drivers.host.child` the other one's.
"""
