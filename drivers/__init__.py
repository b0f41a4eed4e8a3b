"""Eye-tracker drivers: the contract, the registry, and one module per tracker."""
