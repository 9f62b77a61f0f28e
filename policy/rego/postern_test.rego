package postern_test

import data.postern

# A policy with one rule, as the compiler writes it.
policy(effect, rule) := {
	"key": "ns/p",
	"namespace": "ns",
	"default_action": "Deny",
	"rules": [object.union({"name": "r", "effect": effect, "on": {"relation": true, "function": true, "none": true}}, rule)],
	"index": {
		"deny": {action: [0] | some action in ["select", "update"]; effect == "Deny"},
		"ask": {action: [0] | some action in ["select", "update"]; effect == "RequireApproval"},
		"permit": {action: [0] | some action in ["select", "update"]; effect != "Deny"},
		"mask": {action: [0] | some action in ["select", "update"]; rule.masks},
		"filter": {action: [0] | some action in ["select", "update"]; rule.filter},
		"limit": {action: [0] | some action in ["select", "update"]; rule.limits},
		"guard": [0 | rule.guard],
		"affect": [0 | rule.limits.maxAffectedRows],
	},
	"guards": object.get(rule, "guard", "") != "",
	"audit": {"mode": "relaxed", "whenFull": "Refuse"},
}

orders := {"action": "select", "as": ["select"], "kind": "relation", "keys": ["public.orders", "public.*", "*.*"], "via": [], "need": true}

customers := {
	"name": "public.customers",
	"kind": "relation",
	"as": ["select"],
	"keys": ["public.customers"],
	"via": [],
	"columns": [{"name": "email", "full": "public.customers.email", "tags": ["pii.email", "pii.*", "*"], "keys": [], "read": true}],
}

facts := {
	"selected": [0],
	"commands": ["SELECT"],
	"unfiltered": false,
	"region": "",
	"schedules": [],
	"grants": [],
	"accesses": [orders],
	"relations": [],
	"unknown": [],
	"custom": {},
}

decide(policies, more) := d if {
	d := postern.decision with data.compiled.policies as policies with input.facts as object.union(facts, more)
}

test_allowed if {
	d := decide([policy("Allow", {})], {})
	d.denials == set()
	d.approvals == set()
}

test_denied if decide([policy("Deny", {})], {}).denials == {
	{"code": "rule", "p": 0, "r": 0, "access": 0},
	{"code": "no-rule", "p": 0, "access": 0},
}

test_held if decide([policy("RequireApproval", {})], {}).approvals == {{"p": 0, "r": 0, "access": 0}}

test_granted if {
	d := decide([policy("RequireApproval", {})], {"grants": [{"policy": "ns/p", "rule": "r"}]})
	d.approvals == set()
	d.denials == set()
}

test_nobody_selects if decide([], {"selected": []}).denials == {{"code": "no-rule", "access": 0}}

test_a_default_that_is_missing_denies if {
	broken := object.remove(policy("Allow", {"on": {"relation": {}}}), ["default_action"])
	decide([broken], {}).denials == {{"code": "no-rule", "access": 0}}
}

test_a_condition_that_does_not_hold if {
	rule := {"when": {"commands": {"DROP": true}}}
	decide([policy("Allow", rule)], {}).denials == {{"code": "no-rule", "p": 0, "access": 0}}
}

test_a_schedule if {
	rule := {"when": {"schedule": 0}}
	count(decide([policy("Allow", rule)], {"schedules": [true]}).denials) == 0
	count(decide([policy("Allow", rule)], {"schedules": [false]}).denials) == 1
}

test_through_a_view if {
	rule := {"on": {"relation": {"public.payments": true}}}
	view := object.union(orders, {"via": ["public.payments"]})
	{"code": "rule", "p": 0, "r": 0, "access": 0} in decide([policy("Deny", rule)], {"accesses": [view]}).denials
}

masking(masks) := policy("Allow", {"masks": masks})

test_strictest_mask if {
	masks := [
		{"tags": {"pii.*": true}, "mask": {"json": {"paths": ["a"]}}, "rank": 10},
		{"tags": {"pii.email": true}, "mask": {"hash": {}}, "rank": 2},
	]
	decide([masking(masks)], {"relations": [customers]}).masks == {{"relation": "public.customers", "column": "email", "p": 0, "r": 0, "mask": {"hash": {}}, "open": false}}
}

test_masks_of_one_kind_meet if {
	masks := [
		{"tags": {"*": true}, "mask": {"partial": {"first": 2, "last": 0}}, "rank": 5},
		{"tags": {"*": true}, "mask": {"partial": {"first": 0, "last": 2}}, "rank": 5},
	]
	some mask in decide([masking(masks)], {"relations": [customers]}).masks
	mask.mask == {"partial": {"first": 0, "last": 0}}
}

test_none_is_no_mask if {
	masks := [{"tags": {"*": true}, "mask": {"none": {}}, "rank": 11}]
	decide([masking(masks)], {"relations": [customers]}).masks == set()
}

test_none_alone_exempts if {
	masks := [{"tags": {"*": true}, "mask": {"none": {}}, "rank": 11}]
	decide([masking(masks)], {"relations": [customers]}).exempt == {{"relation": "public.customers", "column": "email"}}
}

test_none_beside_a_mask_exempts_nothing if {
	masks := [
		{"tags": {"*": true}, "mask": {"none": {}}, "rank": 11},
		{"tags": {"*": true}, "mask": {"hash": {}}, "rank": 2},
	]
	decide([masking(masks)], {"relations": [customers]}).exempt == set()
}

test_given_masks if {
	given := [{"p": 0, "found": {"column": "public.customers.email", "mask": {"redact": {}}}}]
	some mask in decide([policy("Allow", {})], {"relations": [customers], "given": given}).masks
	mask.mask == {"redact": {}}
}

test_given_nonsense_denies if {
	every found in [1, "x", {}, {"column": 1, "mask": {"hash": {}}}, {"column": "a.b.c", "mask": {"bucket": {}}}] {
		count(decide([policy("Allow", {})], {"given": [{"p": 0, "found": found}]}).denials) == 1
	}
}

test_smallest_limit if {
	policies := [policy("Allow", {"limits": {"maxRows": 5}}), policy("Allow", {"limits": {"maxRows": 3, "maxBytes": 1}})]
	decide(policies, {"selected": [0, 1]}).limits == {"maxRows": [3, 1, 0], "maxBytes": [1, 1, 0]}
}

test_rows_changed_by_what_is_not_understood if {
	of_orders := policy("Allow", {"on": {"relation": {"public.orders": true}}, "limits": {"maxRows": 3, "maxAffectedRows": 5}})
	relation := {"kind": "relation", "keys": ["public.orders"], "tagged": false}
	other := object.union(relation, {"keys": ["public.items"]})
	nowhere := object.union(orders, {"keys": ["public.items"]})
	decide([of_orders], {"accesses": [nowhere], "unknown": [{"construct": "x", "anything": true, "relations": []}]}).limits == {"maxAffectedRows": [5, 0, 0]}
	decide([of_orders], {"accesses": [nowhere], "unknown": [{"construct": "x", "anything": false, "relations": [relation]}]}).limits == {"maxAffectedRows": [5, 0, 0]}
	decide([of_orders], {"accesses": [nowhere], "unknown": [{"construct": "x", "anything": false, "relations": [other]}]}).limits == {}
}

test_unknown_near_protected_data if {
	guarded := policy("Allow", {"guard": "tagged"})
	relation := {"kind": "relation", "keys": ["public.customers"], "tagged": true}
	count(decide([guarded], {"unknown": [{"construct": "x", "anything": true, "relations": []}]}).denials) == 1
	count(decide([guarded], {"unknown": [{"construct": "x", "anything": false, "relations": [relation]}]}).denials) == 1
	untagged := object.union(relation, {"tagged": false})
	count(decide([guarded], {"unknown": [{"construct": "x", "anything": false, "relations": [untagged]}]}).denials) == 0
}

test_residency if {
	residency := {"tags": {"pii.*": true}, "regions": {"us-1": true}, "prefixes": ["eu-"]}
	resident := object.union(policy("Allow", {}), {"residency": residency})
	count(decide([resident], {"relations": [customers]}).denials) == 1
	count(decide([resident], {"relations": [customers], "region": "eu-9"}).denials) == 0
	count(decide([resident], {"relations": [customers], "region": "us-1"}).denials) == 0
	count(decide([resident], {"relations": [customers], "region": "us-2"}).denials) == 1
}
