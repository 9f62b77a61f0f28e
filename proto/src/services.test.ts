import { expect, test } from '@jest/globals';
import { auditService, policyDistributionService, postern } from './index.js';

test('64-bit fields are numbers on both sides', () => {
  const { Event } = postern.audit.v1;
  const event = Event.decode(Event.encode({ sequence: 5, timeUs: 1_763_700_000_123_456 }).finish());
  expect(event.timeUs).toBe(1_763_700_000_123_456);
  expect(event.sequence).toBe(5);
});

test('a batch survives its method codec, event bytes untouched', () => {
  const event = Buffer.from('not looked at here');
  const bytes = auditService.stream.requestSerialize({
    batch: { firstSequence: 3, records: [{ event }] },
  });
  const { batch } = auditService.stream.requestDeserialize(bytes);
  expect(batch?.firstSequence).toBe(3);
  expect(Buffer.from(batch?.records?.[0]?.event ?? []).equals(event)).toBe(true);
});

test('paths are those of the .proto files', () => {
  expect(policyDistributionService.subscribe.path).toBe(
    '/postern.policy.v1.PolicyDistribution/Subscribe',
  );
});
