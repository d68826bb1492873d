import * as library from 'ductape-models';
import { alone } from '../alone.mjs';

globalThis.told = JSON.stringify(await alone(library));
