/** Property tests draw the same cases in every run; FC_SEED=N draws others. */
import { configureGlobal } from 'fast-check';

configureGlobal({ seed: Number(process.env.FC_SEED ?? 1) });
