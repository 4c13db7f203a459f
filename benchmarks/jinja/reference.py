#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Renders a template with Jinja2 as often as asked and prints each duration in nanoseconds."""
import json
import pathlib
import sys
import time

import jinja2

template, context, count, output = sys.argv[1:]
path = pathlib.Path(template)
variables = json.loads(pathlib.Path(context).read_text())


def from_table(value, name):
    """The filter of the plugins: a table's entry for a value, or its default."""
    table = variables["tables"][name]
    key = str(value) if isinstance(value, (str, int)) else None
    return table[key] if key in table else table.get("default", environment.undefined(name=name))


environment = jinja2.Environment(loader=jinja2.FileSystemLoader(path.parent))
environment.filters["from_table"] = from_table
compiled = environment.get_template(path.name)
pathlib.Path(output).write_bytes(compiled.render(variables).encode())
for _ in range(int(count) // 10):
    compiled.render(variables)
durations = []
for _ in range(int(count)):
    start = time.perf_counter_ns()
    compiled.render(variables).encode()
    durations.append(time.perf_counter_ns() - start)
print("\n".join(map(str, durations)))
