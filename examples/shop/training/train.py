"""Learns from the shop who is about to leave. An ordinary training job: it knows nothing of Postern.

Needs psycopg 3 and DATABASE_URL; prints what it read and how good the model is.
"""

import math
import os

import psycopg

# Customers are known by id, web events by e-mail address alone: the join is on the e-mail address.
FEATURES = """
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
"""

SPENDING = """
SELECT c.email AS person, count(*) AS orders, sum(p.amount) AS spent
FROM public.customers AS c
JOIN public.orders AS o ON o.customer_id = c.id
JOIN public.payments AS p ON p.order_id = o.id
GROUP BY c.email
"""


def read(connection):
    with connection.cursor(row_factory=psycopg.rows.dict_row) as cursor:
        customers = cursor.execute(FEATURES).fetchall()
        # a statement prepared by name and run again, as training loops do
        spending = {
            row["person"]: row for row in cursor.execute(SPENDING, prepare=True).fetchall()
        }
    joined = 0
    rows, labels = [], []
    for customer in customers:
        joined += customer["visits"] > 0
        bought = spending[customer["person"]]
        rows.append(
            [
                2025 - customer["birth_year"],
                *(customer[name] for name in ("visits", "carts", "opens", "tickets", "returns")),
                bought["orders"],
                float(bought["spent"]),
            ]
        )
        labels.append(1.0 if customer["churned"] else 0.0)
    return customers, joined, rows, labels


def standardise(rows):
    columns = list(zip(*rows))
    means = [sum(column) / len(column) for column in columns]
    spreads = [
        math.sqrt(sum((x - mean) ** 2 for x in column) / len(column)) or 1.0
        for column, mean in zip(columns, means)
    ]
    return [[(x - m) / s for x, m, s in zip(row, means, spreads)] for row in rows]


def score(weights, row):
    z = weights[0] + sum(w * x for w, x in zip(weights[1:], row))
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, z))))


def fit(rows, labels, rounds=120, rate=1.0):
    """Logistic regression by gradient descent."""
    weights = [0.0] * (len(rows[0]) + 1)
    for _ in range(rounds):
        gradient = [0.0] * len(weights)
        for row, label in zip(rows, labels):
            error = score(weights, row) - label
            gradient[0] += error
            for i, x in enumerate(row, start=1):
                gradient[i] += error * x
        weights = [w - rate * g / len(rows) for w, g in zip(weights, gradient)]
    return weights


def auc(scores, labels):
    """The chance that someone who left scores above someone who stayed."""
    ranked = sorted(zip(scores, labels))
    positives = sum(labels)
    negatives = len(labels) - positives
    rank_sum = sum(rank for rank, (_, label) in enumerate(ranked, start=1) if label == 1.0)
    return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives)


def main():
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        customers, joined, rows, labels = read(connection)
    print(f"driver: psycopg {psycopg.__version__}")
    print("first rows as the training job sees them:")
    for customer in customers[:3]:
        print(
            f"  {customer['person'][:44]:<44}  born {customer['birth_year']:.0f}"
            f"  visits {customer['visits']}  tickets {customer['tickets']}"
        )
    print(f"customers: {len(customers)}, joined with their web events by e-mail: {joined}")

    rows = standardise(rows)
    cut = len(rows) * 3 // 4
    weights = fit(rows[:cut], labels[:cut])
    quality = auc([score(weights, row) for row in rows[cut:]], labels[cut:])
    print(f"model: logistic regression on {cut} customers, AUC {quality:.2f} on the other {len(rows) - cut}")


if __name__ == "__main__":
    main()
