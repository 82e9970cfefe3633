/** Composition root: worker client + stores + <App/>; nothing else wires things together. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import { Embed } from './Embed.tsx';
import {
  COMMANDS,
  connect,
  layoutStore,
  lessonStore,
  overlayStore,
  readAddress,
  recordsStore,
  resumeRun,
  runCommand,
  runStore,
  selectionStore,
  sessionStore,
  seriesStore,
} from './state/index.ts';
import './styles.css';
import './shell.css';
import './print.css';
import { createClient } from './worker/client.ts';

declare global {
  interface Window {
    /** With `?testing=1` only: what the browser tests drive and read. */
    pebr?: object;
  }
}

const address = readAddress(location.search, location.hash);
connect(createClient(), address, new URL('./', document.baseURI).href);
if (address.testing) {
  window.pebr = {
    commands: COMMANDS,
    runCommand,
    resumeRun,
    overlayStore,
    runStore,
    sessionStore,
    recordsStore,
    seriesStore,
    selectionStore,
    layoutStore,
    lessonStore,
  };
}
const root = document.getElementById('root');
if (!root) throw new Error('index.html has no element with the id "root".');
createRoot(root).render(<StrictMode>{address.embed ? <Embed panel={address.embed} /> : <App />}</StrictMode>);
