import sys
from pathlib import Path

# Helpers beside this file; tests are no package.
sys.path.insert(0, str(Path(__file__).parent))
