// A class that counts its steps, its parts in one object.
//
// Subject: Warmup

export class Warmup {
  constructor({ total, lo = 0, hi = 1, alpha = 10 }) {
    Object.assign(this, { total, lo, hi, alpha, done: 0 });
  }

  step() {
    this.done += 1;
  }

  get coeff() {
    return this.lo + (this.hi - this.lo) * (2 / (1 + Math.exp(-this.alpha * this.done / this.total)) - 1);
  }
}
