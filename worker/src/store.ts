/** The store: the package's Durable Object, on the class that this runtime has. */
import { DurableObject } from 'cloudflare:workers';
import { modelStore } from 'ductape-models/storage/durable-object';

export class ModelStore extends modelStore(DurableObject) {}
