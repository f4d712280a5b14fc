"""Tests of bases in four bits: `npm test` runs them by themselves, with bitsandbytes; elsewhere they are left out."""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("bitsandbytes") else ["test_*.py"]
