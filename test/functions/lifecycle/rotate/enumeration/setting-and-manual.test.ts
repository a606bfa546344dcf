import { exploreEverySchedule } from './every-schedule.ts';

exploreEverySchedule('setting, two logins', 'setting, one login', 'manual');
