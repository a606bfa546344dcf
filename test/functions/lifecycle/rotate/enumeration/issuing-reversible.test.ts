import { exploreEverySchedule } from './every-schedule.ts';

exploreEverySchedule('issuing, reversible (Amazon SES)');
