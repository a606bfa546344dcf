/** The steps of a rotation in their order. Source: Secrets Manager user guide, "Rotation by Lambda function". */
export const ROTATION_STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;

export type RotationStep = (typeof ROTATION_STEPS)[number];

/** What the rotation function is invoked with. */
export interface RotationEvent {
  readonly Step: RotationStep;
  readonly SecretId: string;
  readonly ClientRequestToken: string;
}

export type StepResult = { readonly kind: 'done' } | { readonly kind: 'failed'; readonly reason: string };

/** What became of one step, for whoever watches. */
export interface StepReport {
  readonly secretArn: string;
  readonly token: string;
  readonly step: RotationStep;
  readonly result: StepResult;
  readonly durationMs: number;
}

/** The secret, its rotation function and the time, as far as a rotation touches them. */
export interface RotationPorts {
  /** Version id to staging labels. */
  versions(secretArn: string): Promise<Readonly<Record<string, readonly string[]>>>;
  /** Makes a version without a value and gives it AWSPENDING, taking that from any other. */
  addPending(secretArn: string, token: string): Promise<void>;
  removePending(secretArn: string, token: string): Promise<void>;
  /** Whether the function exists and lets Secrets Manager invoke it. */
  mayInvoke(functionArn: string): Promise<boolean>;
  /** One invocation; a rejection counts as a failed step. */
  invoke(functionArn: string, event: RotationEvent): Promise<StepResult>;
  newToken(): string;
  /** Milliseconds since 1970. */
  now(): number;
  report(step: StepReport): void;
}

/** One rotation: which function turns which secret to which version. */
export interface Rotation {
  readonly secretArn: string;
  readonly functionArn: string;
  readonly token: string;
}

/** Drives the four steps; stops before the next one when cancelled, and at the first that fails. Never rejects. */
export async function driveRotation(
  ports: RotationPorts,
  rotation: Rotation,
  isCancelled: () => boolean,
): Promise<'rotated' | 'failed'> {
  for (const step of ROTATION_STEPS) {
    if (isCancelled()) return 'failed';
    const result = await driveStep(ports, rotation, step);
    if (result.kind === 'failed') return 'failed';
  }
  return 'rotated';
}

/** One step, measured and reported. Never rejects. */
export async function driveStep(
  ports: RotationPorts,
  rotation: Rotation,
  step: RotationStep,
): Promise<StepResult> {
  const { secretArn, token } = rotation;
  const startedAt = ports.now();
  const result = await perform(ports, rotation, step).catch(
    (error: unknown): StepResult => ({ kind: 'failed', reason: String(error) }),
  );
  ports.report({ secretArn, token, step, result, durationMs: ports.now() - startedAt });
  return result;
}

async function perform(
  ports: RotationPorts,
  { secretArn, functionArn, token }: Rotation,
  step: RotationStep,
): Promise<StepResult> {
  const event = { Step: step, SecretId: secretArn, ClientRequestToken: token };
  const result = await ports.invoke(functionArn, event);
  if (result.kind === 'failed' || step !== 'finishSecret') return result;
  const { [token]: labels = [] } = await ports.versions(secretArn);
  if (labels.includes('AWSCURRENT')) return result;
  return { kind: 'failed', reason: 'finishSecret did not move AWSCURRENT to the new version' };
}
