// What a writer was told, in a file of its own that is on disk before the writer goes on: the evidence that a database is
// held against. The file lies elsewhere than the database.

import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';

export class Evidence {
  constructor(file) {
    this.file = file;
    this.handle = openSync(file, 'a', 0o600);
  }

  acknowledged(kind, fields) {
    writeSync(this.handle, `${JSON.stringify({ kind, ...fields })}\n`);
    fsyncSync(this.handle);
  }

  close() {
    closeSync(this.handle);
  }
}

export function readEvidence(file) {
  return readFileSync(file, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
}
