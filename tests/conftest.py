"""What all tests share."""

import os

from hypothesis import settings

# In CI the same examples each time, so that a failure is the change's; at home new ones each day.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("home", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "home")
