/**
 * The header: what this is, the run's controls with its phases, where the run stands, and which backend computes.
 * Every button is a command of the registry.
 */
export { SlimTransport } from './SlimTransport.tsx';
export { TransportBar } from './TransportBar.tsx';
