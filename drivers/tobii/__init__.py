"""Tobii screen-based eye trackers, through either of the two Python packages that speak to them."""
