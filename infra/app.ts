import { DEPENDENCY_AUDIT } from './constructs/audit.ts';
import { dependencyAudit } from './dependency-audit.ts';
import { keyturnApp } from './keyturn-app.ts';

keyturnApp({ context: { [DEPENDENCY_AUDIT]: dependencyAudit() } }).synth();
