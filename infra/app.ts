import { keyturnApp } from './keyturn-app.ts';

keyturnApp().synth();
