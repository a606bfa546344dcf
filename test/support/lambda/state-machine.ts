import pLimit from 'p-limit';
import type { Ended } from './lambda-service.ts';

type Json = Readonly<Record<string, unknown>>;

interface State {
  readonly Type: string;
  readonly Next?: string;
  readonly Resource?: string;
  readonly Parameters?: Json;
  readonly ResultSelector?: Json;
  readonly ResultPath?: string | null;
  readonly Catch?: readonly { readonly ResultPath?: string | null; readonly Next: string }[];
  readonly ItemsPath?: string;
  readonly ItemSelector?: Json;
  readonly ItemProcessor?: States;
  readonly MaxConcurrency?: number;
  readonly Choices?: readonly {
    readonly Variable: string;
    readonly Next: string;
    readonly [test: string]: unknown;
  }[];
  readonly Default?: string;
}

export interface States {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

/**
 * As much of the Amazon States Language as ours are written in (https://states-language.net/spec.html): tasks, passes, choices
 * between equals, and inline maps, with catchers of all errors. `invoke` has a task's function work.
 */
export class StateMachine {
  readonly #states: States;
  readonly #invoke: (resource: string, event: Json) => Promise<Ended>;

  constructor(states: States, invoke: (resource: string, event: Json) => Promise<Ended>) {
    this.#states = states;
    this.#invoke = invoke;
  }

  /** The output of its last state. Rejects with a `TaskFailed` that no state catches. */
  async run(input: unknown, context: Json = {}): Promise<unknown> {
    let data = input;
    for (let name: string | undefined = this.#states.StartAt; name !== undefined; ) {
      const state: State | undefined = this.#states.States[name];
      if (!state) throw new Error(`no state ${name}`);
      try {
        const result = await this.#resultOf(state, data, context);
        data = placed(state.ResultPath, data, result);
        name = state.Type === 'Choice' ? chosen(state, data, context) : state.Next;
      } catch (error) {
        const catcher = state.Catch?.[0];
        if (!catcher || !(error instanceof TaskFailed)) throw error;
        data = placed(catcher.ResultPath, data, error.output);
        name = catcher.Next;
      }
    }
    return data;
  }

  async #resultOf(state: State, data: unknown, context: Json): Promise<unknown> {
    const input = state.Parameters ? filled(state.Parameters, data, context) : data;
    const result = await this.#worked(state, input, context);
    return state.ResultSelector ? filled(state.ResultSelector, result, context) : result;
  }

  async #worked(state: State, input: unknown, context: Json): Promise<unknown> {
    if (['Pass', 'Choice', 'Succeed'].includes(state.Type)) return input;
    if (state.Type === 'Map') return this.#eachOf(state, input, context);
    if (state.Type !== 'Task') throw new Error(`not in this state machine: ${state.Type}`);
    const { answer, error } = await this.#invoke(state.Resource ?? '', input as Json);
    if (error) throw new TaskFailed(error.errorType, JSON.stringify(error));
    return answer;
  }

  async #eachOf(state: State, input: unknown, context: Json) {
    const { ItemsPath = '$', ItemSelector, ItemProcessor, MaxConcurrency } = state;
    if (!ItemProcessor) throw new Error('a map without a processor');
    const items = at(ItemsPath, input, context) as unknown[];
    const limit = pLimit(MaxConcurrency || Number.POSITIVE_INFINITY);
    return limit.map(items, (Value, Index) => {
      const inner = { ...context, Map: { Item: { Index, Value } } };
      const item = ItemSelector ? filled(ItemSelector, input, inner) : Value;
      return new StateMachine(ItemProcessor, this.#invoke).run(item, inner);
    });
  }
}

function chosen({ Choices = [], Default }: State, data: unknown, context: Json): string | undefined {
  const matching = Choices.find(({ Variable, Next: _next, ...tests }) =>
    Object.entries(tests).every(([test, expected]) => {
      if (!/^(Boolean|Numeric|String)Equals$/.test(test))
        throw new Error(`not in this state machine: ${test}`);
      return at(Variable, data, context) === expected;
    }),
  );
  return matching?.Next ?? Default;
}

class TaskFailed extends Error {
  readonly output: Json;

  constructor(error: string, cause: string) {
    super(`${error}: ${cause}`);
    this.output = { Error: error, Cause: cause };
  }
}

function placed(path: string | null | undefined, data: unknown, result: unknown): unknown {
  if (path === null) return data;
  if (path === undefined || path === '$') return result;
  return { ...(data as Json), [path.slice('$.'.length)]: result };
}

function filled(template: Json, data: unknown, context: Json): Json {
  return Object.fromEntries(
    Object.entries(template).map(([key, value]) =>
      key.endsWith('.$') ? [key.slice(0, -'.$'.length), at(String(value), data, context)] : [key, value],
    ),
  );
}

function at(path: string, data: unknown, context: Json): unknown {
  const [, argument] = /^States\.Array\((.*)\)$/.exec(path) ?? [];
  if (argument !== undefined) return [at(argument, data, context)];
  if (path.startsWith('$$')) return at(path.slice(1), context, {});
  const steps = path.split('.').slice(1);
  return steps.reduce<unknown>((value, step) => {
    if (!Object.hasOwn(Object(value), step)) throw new Error(`nothing at ${path}`);
    return Reflect.get(Object(value), step);
  }, data);
}
