import { Duration, Stack } from 'aws-cdk-lib';
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import type { KeyturnFunction } from './function.ts';
import { auditScore, certificateDaysLeft, keyturnMetric, provenLogin } from './metrics.ts';

const ALARMS_A_WIDGET = 100;

export interface DashboardProps {
  readonly alarms: readonly Alarm[];
  readonly functions: Readonly<Record<string, KeyturnFunction>>;
  readonly secretNames: readonly string[];
}

/** One page: is something in alarm, does every credential log in, what was rotated, retired and audited. */
export function keyturnDashboard(scope: Construct, id: string, props: DashboardProps): Dashboard {
  return new Dashboard(scope, id, {
    dashboardName: Stack.of(scope).stackName,
    defaultInterval: Duration.days(7),
    widgets: [
      ...alarmStates(props.alarms),
      [graph('Proven logins, an hour', props.secretNames.map(loginsOf)), outcomes()],
      [troubles(), audits(), errors(props.functions)],
      [score(), certificates()],
    ],
  });
}

/** Row by row, since one widget shows 100 alarms. */
function alarmStates(alarms: readonly Alarm[]): IWidget[][] {
  const rows = Math.ceil(alarms.length / ALARMS_A_WIDGET);
  return Array.from({ length: rows }, (_, row) => {
    const shown = alarms.slice(row * ALARMS_A_WIDGET, (row + 1) * ALARMS_A_WIDGET);
    return [new AlarmStatusWidget({ title: 'Alarms', alarms: shown, width: 24, height: 4 })];
  });
}

function loginsOf(secretName: string): IMetric {
  return provenLogin(secretName).with({ label: secretName });
}

function outcomes(): IWidget {
  const names = ['validation', 'rotationSucceeded', 'rotationFailed', 'retired', 'retirementFailed'] as const;
  return graph(
    'Validations, rotations, retirements',
    names.map((name) => keyturnMetric(name)),
  );
}

function troubles(): IWidget {
  const names = ['keyQuotaExhausted', 'rotationWaiting', 'rotationOverdue', 'replacedStillUsed'] as const;
  return graph(
    'Rotations and retirements that do not go on',
    names.map((name) => keyturnMetric(name)),
  );
}

function audits(): IWidget {
  const names = ['auditCompleted', 'auditFailures', 'auditUnexamined', 'auditNotTold'] as const;
  return graph(
    'Audits',
    names.map((name) => keyturnMetric(name)),
  );
}

function score(): IWidget {
  return new GraphWidget({
    title: 'Score of the audits',
    left: [auditScore()],
    leftYAxis: { min: 0, max: 100 },
    width: 12,
    height: 6,
  });
}

function certificates(): IWidget {
  return graph("Days left of the servers' certificates, the least", [certificateDaysLeft()]);
}

function errors(functions: Readonly<Record<string, KeyturnFunction>>): IWidget {
  const metrics = Object.entries(functions).map(([label, { lambda }]) => lambda.metricErrors({ label }));
  return graph('Errors of the functions', metrics);
}

function graph(title: string, left: IMetric[]): IWidget {
  return new GraphWidget({ title, left, width: 12, height: 6 });
}
