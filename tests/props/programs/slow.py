"""Takes long before it builds anything."""

import time

time.sleep(600)
