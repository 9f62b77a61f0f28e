import './numbers.js';

export { postern } from '../generated/messages.js';
export {
  auditService,
  type Method,
  policyDistributionService,
  timelineService,
} from './services.js';
