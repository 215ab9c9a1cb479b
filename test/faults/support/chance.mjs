// Chance that can be repeated: the same seed gives the same numbers (mulberry32).

export class Chance {
  constructor(seed) {
    this.state = seed >>> 0;
  }
  // Of [0, 1).
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }
  between(least, most) {
    return least + this.next() * (most - least);
  }
  below(count) {
    return Math.floor(this.next() * count);
  }
  one(list) {
    return list[this.below(list.length)];
  }
}
