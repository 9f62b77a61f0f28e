/**
 * The training job of train.py for machines without Python: the same queries, the same model, through
 * node-postgres. It knows nothing of Postern either. Needs DATABASE_URL.
 */
import pg from 'pg';

// Customers are known by id, web events by e-mail address alone: the join is on the e-mail address.
const FEATURES = `
SELECT c.email                                             AS person,
       date_part('year', c.birth_date)                     AS birth_year,
       count(e.id) FILTER (WHERE e.kind = 'visit')           AS visits,
       count(e.id) FILTER (WHERE e.kind = 'cart')            AS carts,
       count(e.id) FILTER (WHERE e.kind = 'newsletter-open') AS opens,
       count(e.id) FILTER (WHERE e.kind = 'support-ticket')  AS tickets,
       count(e.id) FILTER (WHERE e.kind = 'return')          AS returns,
       c.churned                                           AS churned
FROM public.customers AS c
LEFT JOIN public.events AS e ON e.email = c.email
GROUP BY c.id, c.email, c.birth_date, c.churned
ORDER BY c.id
`;

const SPENDING = `
SELECT c.email AS person, count(*) AS orders, sum(p.amount) AS spent
FROM public.customers AS c
JOIN public.orders AS o ON o.customer_id = c.id
JOIN public.payments AS p ON p.order_id = o.id
GROUP BY c.email
`;

const read = async (client) => {
  const customers = (await client.query(FEATURES)).rows;
  // a statement prepared by name, as training loops do
  const bought = (await client.query({ name: 'spending', text: SPENDING })).rows;
  const spending = new Map(bought.map((row) => [row.person, row]));
  return {
    customers,
    joined: customers.filter(({ visits }) => Number(visits) > 0).length,
    rows: customers.map((customer) => [
      2025 - customer.birth_year,
      ...['visits', 'carts', 'opens', 'tickets', 'returns'].map((name) => Number(customer[name])),
      Number(spending.get(customer.person).orders),
      Number(spending.get(customer.person).spent),
    ]),
    labels: customers.map(({ churned }) => (churned ? 1 : 0)),
  };
};

const standardise = (rows) => {
  const columns = rows[0].map((_, i) => rows.map((row) => row[i]));
  const means = columns.map((column) => column.reduce((a, b) => a + b, 0) / column.length);
  const spreads = columns.map(
    (column, i) =>
      Math.sqrt(column.reduce((sum, x) => sum + (x - means[i]) ** 2, 0) / column.length) || 1,
  );
  return rows.map((row) => row.map((x, i) => (x - means[i]) / spreads[i]));
};

const score = (weights, row) => {
  const z = row.reduce((sum, x, i) => sum + weights[i + 1] * x, weights[0]);
  return 1 / (1 + Math.exp(-Math.max(-30, Math.min(30, z))));
};

/** Logistic regression by gradient descent. */
const fit = (rows, labels, rounds = 120, rate = 1) => {
  let weights = new Array(rows[0].length + 1).fill(0);
  for (let round = 0; round < rounds; round += 1) {
    const gradient = new Array(weights.length).fill(0);
    rows.forEach((row, n) => {
      const error = score(weights, row) - labels[n];
      gradient[0] += error;
      row.forEach((x, i) => {
        gradient[i + 1] += error * x;
      });
    });
    weights = weights.map((w, i) => w - (rate * gradient[i]) / rows.length);
  }
  return weights;
};

/** The chance that someone who left scores above someone who stayed. */
const auc = (scores, labels) => {
  const ranked = scores.map((s, i) => [s, labels[i]]).sort((a, b) => a[0] - b[0]);
  const positives = labels.reduce((a, b) => a + b, 0);
  const rankSum = ranked.reduce((sum, [, label], i) => sum + (label === 1 ? i + 1 : 0), 0);
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * (labels.length - positives));
};

const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
const { customers, joined, rows, labels } = await read(client);
await client.end();
console.log('driver: node-postgres');
console.log('first rows as the training job sees them:');
for (const { person, birth_year: born, visits, tickets } of customers.slice(0, 3)) {
  console.log(
    `  ${person.slice(0, 44).padEnd(44)}  born ${born}  visits ${visits}  tickets ${tickets}`,
  );
}
console.log(`customers: ${customers.length}, joined with their web events by e-mail: ${joined}`);
const scaled = standardise(rows);
const cut = Math.floor((scaled.length * 3) / 4);
const weights = fit(scaled.slice(0, cut), labels.slice(0, cut));
const quality = auc(
  scaled.slice(cut).map((row) => score(weights, row)),
  labels.slice(cut),
);
console.log(
  `model: logistic regression on ${cut} customers, AUC ${quality.toFixed(2)} on the other ${scaled.length - cut}`,
);
