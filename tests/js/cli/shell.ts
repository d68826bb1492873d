// Command lines as a person types them: one shell that stays, with the packed tarball's command in its path.

import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a command printed, both streams in their order, and its exit code. */
export interface Ran {
  output: string;
  code: number;
}

const END = '\u001e';

/** A folder to work in, where every call of the command is written down. */
export class Place {
  readonly folder: string;
  readonly #log: string;
  readonly #bin: string;

  /** `project`: where the package is installed. */
  constructor(project: string, name: string) {
    this.folder = join(project, name);
    this.#log = join(project, `${name}.argv`);
    this.#bin = join(project, `${name}.bin`);
    mkdirSync(this.folder);
    mkdirSync(this.#bin);
    const command = join(project, 'node_modules/.bin/ductape-models');
    this.#script('ductape-models', `printf '%s\\n' "$@" >> '${this.#log}'\nexec '${command}' "$@"`);
    // npx itself looks for the command in the project's folder and takes a second for it; one test calls the real one.
    this.#script('npx', 'exec "$@"');
  }

  #script(name: string, body: string): void {
    const path = join(this.#bin, name);
    writeFileSync(path, `#!/bin/sh\n${body}\n`);
    chmodSync(path, 0o755);
  }

  /** The environment of its commands: no setting of whoever runs the tests reaches them. */
  env(more: Record<string, string> = {}): Record<string, string> {
    return { PATH: `${this.#bin}:${process.env.PATH ?? ''}`, HOME: this.folder, LC_ALL: 'C', ...more };
  }

  /** The words of every call so far. */
  argv(): string {
    return readFileSync(this.#log, 'utf8');
  }
}

/** A shell that keeps its variables from command to command. */
export class Shell {
  readonly #child: ChildProcess;
  #output = '';
  #wake: () => void = () => undefined;

  constructor(place: Place, env: Record<string, string>) {
    this.#child = spawn('sh', [], { cwd: place.folder, env: place.env(env), stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      this.#output += chunk.toString('utf8');
      this.#wake();
    });
    this.#child.on('close', () => this.#wake());
  }

  async run(command: string): Promise<Ran> {
    // The code is handed on, so that a command may ask for that of the one before it.
    const end = `code=$?; printf '${END}%s${END}' "$code"; (exit "$code")`;
    this.#child.stdin?.write(`{ ${command}\n} </dev/null 2>&1; ${end}\n`);
    for (;;) {
      const found = new RegExp(`^([^]*)${END}(\\d+)${END}$`).exec(this.#output);
      if (found !== null) {
        this.#output = '';
        return { output: found[1] ?? '', code: Number(found[2]) };
      }
      if (this.#child.exitCode !== null) throw new Error(`the shell ended in ${command}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  end(): void {
    this.#child.stdin?.end();
  }
}

/** Runs one command without a shell, its streams apart. `input` goes to stdin. */
export function runOne(
  place: Place,
  args: readonly string[],
  { env = {}, input = '', onStart, onError }: RunOptions = {},
): Promise<{ stdout: string; stderr: string; code: number | null }> {
  const child = spawn('ductape-models', args, { cwd: place.folder, env: place.env(env) });
  onStart?.(child);
  const out = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    out.stdout += chunk.toString('utf8');
  });
  child.stderr.on('data', (chunk: Buffer) => {
    out.stderr += chunk.toString('utf8');
    onError?.(out.stderr, child);
  });
  // A command that refuses does not wait for its input.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ ...out, code }));
  });
}

/** How a command is run. */
export interface RunOptions {
  env?: Record<string, string>;
  /** What stdin holds. */
  input?: string;
  onStart?: (child: ChildProcess) => void;
  /** Sees everything on stderr so far. */
  onError?: (stderr: string, child: ChildProcess) => void;
}
