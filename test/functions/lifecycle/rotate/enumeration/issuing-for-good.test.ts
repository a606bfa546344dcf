import { exploreEverySchedule } from './every-schedule.ts';

exploreEverySchedule('issuing under names (SendGrid, Resend)', 'client secrets (Microsoft Entra)');
