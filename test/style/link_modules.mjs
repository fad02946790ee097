// SPDX-License-Identifier: Apache-2.0
//
// Parses ES modules and links them to each other, without running any: a syntax error, a module that is
// not there and a name that is not exported are found.
//
//   node --experimental-vm-modules link_modules.mjs FILE...
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { SourceTextModule } from 'node:vm';

const modules = new Map();

function load(file) {
  if (!modules.has(file)) {
    modules.set(file, new SourceTextModule(readFileSync(file, 'utf8'), { identifier: file }));
  }
  return modules.get(file);
}

// Imports are relative; the page is served from one folder.
const link = (name, from) => load(resolve(dirname(from.identifier), name));

for (const file of process.argv.slice(2)) {
  try {
    const module = load(resolve(file));
    if (module.status === 'unlinked') await module.link(link);
  } catch (error) {
    console.log(`${file}: ${error.message}`);
    console.log(String(error.stack).split('\n').slice(0, 3).join('\n'));
    process.exitCode = 1;
  }
}
