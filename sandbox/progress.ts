import type { WriteStream } from 'node:tty';

const TICK_MS = 100;
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const COLOURS = { red: 31, green: 32, yellow: 33, dim: 2, bold: 1 } as const;
const INDENT = ' '.repeat(12);

export type Colour = keyof typeof COLOURS;
export type Output = Pick<WriteStream, 'write'> & Partial<Pick<WriteStream, 'isTTY' | 'columns'>>;

/** A step that did not do what it should; the message is for people. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed';
  readonly step: string;

  constructor(step: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.step = step;
  }
}

export interface Step {
  /** A line under the step: at once on a terminal, elsewhere when the step ends. */
  detail(text: string): void;
}

/** One line for each step with the time it took, details indented under it; alive on a terminal, plain elsewhere. */
export class Progress {
  readonly #out: Output;
  readonly #live: boolean;
  readonly #startedAt = Date.now();

  constructor(out: Output, env = process.env) {
    this.#out = out;
    this.#live = Boolean(out.isTTY) && !env.NO_COLOR && env.TERM !== 'dumb';
  }

  /** Resolves to what `work` gives. When it rejects, the step is marked as failed and StepFailed is thrown. */
  async step<T>(title: string, work: (step: Step) => Promise<T>): Promise<T> {
    const display = this.#live ? this.#liveDisplay(title) : this.#plainDisplay(title);
    try {
      const result = await work(display);
      display.end(this.paint('green', '✔'));
      return result;
    } catch (error) {
      display.end(this.paint('red', '✘'));
      throw new StepFailed(title, error);
    }
  }

  heading(text: string): void {
    this.line(`\n${this.paint('bold', text)}`);
  }

  line(text = ''): void {
    this.#out.write(`${text}\n`);
  }

  paint(colour: Colour, text: string): string {
    return this.#live ? `\u001b[${COLOURS[colour]}m${text}\u001b[0m` : text;
  }

  /** Since the start of the whole job. */
  elapsed(): string {
    return seconds(this.#startedAt).trim();
  }

  #plainDisplay(title: string): Display {
    const startedAt = Date.now();
    const details: string[] = [];
    return {
      detail: (text) => details.push(text),
      end: (mark) => {
        this.line(`${mark} ${seconds(startedAt)}  ${title}`);
        for (const text of details) this.line(`${INDENT}${text}`);
      },
    };
  }

  #liveDisplay(title: string): Display {
    const startedAt = Date.now();
    const width = (this.#out.columns || 80) - INDENT.length;
    let details = 0;
    let frame = 0;
    // The step's own line stays above its details: up, rewrite, down again.
    const draw = (mark: string) => {
      const up = details > 0 ? `\u001b[${details}A` : '';
      const down = details > 0 ? `\u001b[${details}B` : '';
      const time = this.paint('dim', seconds(startedAt));
      this.#out.write(`${up}\r\u001b[K${mark} ${time}  ${shorten(title, width)}${down}`);
    };
    const spinning = setInterval(() => draw(FRAMES[frame++ % FRAMES.length] ?? ''), TICK_MS);
    return {
      detail: (text) => {
        draw(FRAMES[frame % FRAMES.length] ?? '');
        this.#out.write(`\n\r${INDENT}${shorten(text, width)}`);
        details += 1;
      },
      end: (mark) => {
        clearInterval(spinning);
        draw(mark);
        this.#out.write('\n');
      },
    };
  }
}

interface Display extends Step {
  end(mark: string): void;
}

/** A line that wrapped would put the cursor off by one. */
function shorten(text: string, width: number): string {
  return text.length < width ? text : `${text.slice(0, width - 2)}…`;
}

function seconds(since: number): string {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`.padStart(8);
}
