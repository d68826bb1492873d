// Runs named checks one after another and counts; a check fails by throwing.
const STACK_LINES = 4;

export class Report {
  #title;
  #passed = 0;
  #failed = 0;

  constructor(title) {
    this.#title = title;
  }

  async check(name, body) {
    const start = Date.now();
    try {
      await body();
      this.#passed += 1;
      process.stdout.write(`ok   ${this.#title}: ${name} (${Date.now() - start} ms)\n`);
    } catch (error) {
      this.#failed += 1;
      const lines = String(error?.stack ?? error).split('\n');
      process.stdout.write(`FAIL ${this.#title}: ${name}\n     ${lines.slice(0, STACK_LINES).join('\n     ')}\n`);
    }
  }

  /** Prints the closing line; true where all passed and something ran. */
  close() {
    process.stdout.write(`${this.#title}: ${this.#passed} passed, ${this.#failed} failed\n`);
    return this.#failed === 0 && this.#passed > 0;
  }
}
