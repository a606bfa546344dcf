import { Logger } from '@aws-lambda-powertools/logger';
import { SERVICE } from './names.ts';

/** One JSON object a line. Call `logger.addContext(context)` first in each handler: it adds the request id. */
export const logger = new Logger({ serviceName: SERVICE });
