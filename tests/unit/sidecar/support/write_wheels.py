"""Writes tiny wheels for tests of pip without a network: write_wheels.py FOLDER NAME==VERSION ..."""

import sys
import zipfile
from pathlib import Path

folder = Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
for requirement in sys.argv[2:]:
    name, version = requirement.split("==")
    module = name.replace("-", "_")
    information = f"{module}-{version}.dist-info"
    files = {
        f"{module}.py": f"version = '{version}'\n",
        f"{information}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{information}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},,\n" for path in [*files, f"{information}/RECORD"])
    with zipfile.ZipFile(folder / f"{module}-{version}-py3-none-any.whl", "w") as wheel:
        for path, text in {**files, f"{information}/RECORD": record}.items():
            wheel.writestr(path, text)
