import * as v from 'valibot';

/** A person makes each new credential and stores it as AWSPENDING; Keyturn proves it before it becomes current. */
export const manualSchema = v.object({ type: v.literal('manual') });

export type ManualSettings = Readonly<v.InferOutput<typeof manualSchema>>;
