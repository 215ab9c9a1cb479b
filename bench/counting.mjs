// What a process used, and the middle of many figures.

import { readFileSync } from 'node:fs';

const HERTZ = 100; // of the times in /proc, whatever the kernel counts in itself

// Processor time so far, in seconds.
export function processorTime(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / HERTZ;
}

// MiB. What: Rss, Pss, Anonymous.
export function memory(pid, what = 'Rss') {
  return Number(new RegExp(`^${what}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1]) / 1024;
}

// The value below which so large a part of the list lies.
export function quantile(list, part) {
  const sorted = list.slice().sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}
export const median = (list) => quantile(list, 0.5);
