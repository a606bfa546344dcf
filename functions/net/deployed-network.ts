import { setting } from '../environment.ts';
import { Network } from './network.ts';

/** Shared by everything that dials in this process, so that DNS answers and TLS sessions are too. */
export const network = new Network({ ports: setting('ports'), networks: setting('networks') });
