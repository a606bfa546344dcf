import { CHAPTERS } from './chapters.ts';
import { CREDENTIALS } from './credentials.ts';
import { OVERVIEW } from './overview.ts';
import { PRINT } from './print.ts';
import { TYPE } from './type.ts';

/** The style sheet of the report; its hash is the only style that the page's own policy allows. */
export const STYLE: string = [TYPE, OVERVIEW, CHAPTERS, CREDENTIALS, PRINT].join('');
