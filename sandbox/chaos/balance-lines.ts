import type { Balance } from './balance.ts';

/** The balance in words, what went wrong last. */
export function balanceLines(balance: Balance): string[] {
  const { faults, violations } = balance;
  const crashes = faults['crash-before'] + faults['crash-after'];
  const lost = faults['lost-request'] + faults['lost-answer'];
  return [
    `${balance.rotations} rotations in ${balance.rotationTries} tries`,
    `${balance.retireRuns} runs of the retire function, ${balance.retireRunsFailed} of them failed`,
    `${balance.awsCalls} AWS calls of the functions`,
    `${crashes} crashes: ${faults['crash-before']} before a call, ${faults['crash-after']} after it`,
    `${lost} calls without an answer: ${faults['lost-answer']} of them carried out`,
    `${balance.sends} messages, ${balance.refreshes} refreshes after a refused login`,
    `an application that reads the secret once lost ${balance.controlLosses} of ${balance.controlSends} messages`,
    `${balance.lostSends} messages lost, ${balance.lostCredentials} credentials lost, ${balance.leakedKeys} keys leaked`,
    ...violations,
  ];
}
