# Decides one statement. Reads the compiled rules (data.compiled.policies, see src/compile) and the
# facts of the statement (input.facts, see src/evaluate/facts.ts), in which each name comes with the
# patterns that name it, so that matching is a lookup.
package postern

import data.compiled.policies

facts := input.facts

decision := {
	"denials": denials,
	"approvals": approvals,
	"masks": masks,
	"exempt": exempt,
	"filters": filters,
	"limits": limits,
	"audit": audit,
}

# Does the rule hold now, for this command?
in_force(rule) if not rule.when

in_force(rule) if {
	on_time(rule.when)
	for_command(rule.when)
	for_filter(rule.when)
}

on_time(when) if not when.schedule

on_time(when) if facts.schedules[when.schedule] == true

for_command(when) if not when.commands

for_command(when) if {
	some command in facts.commands
	when.commands[command]
}

for_filter(when) if not when.unfiltered

for_filter(when) if facts.unfiltered == true

# Does the rule speak of this object by name?
names(rule, object) if rule.on[object.kind] == true

names(rule, object) if {
	some key in object.keys
	rule.on[object.kind][key]
}

# ... or by a name that it had before? What holds something back does so under every name; what permits, under that of now.
speaks_of(rule, object) if names(rule, object)

speaks_of(rule, object) if {
	some key in object.former
	rule.on[object.kind][key]
}

# ... or of a relation that a view reads for it?
covers(rule, object) if speaks_of(rule, object)

covers(rule, object) if {
	some key in object.via
	rule.on.relation[key]
}

# Rules that refuse or hold. An object's rules are those for what is done and, when columns are read, for select.
hits(effect) := {[p, r, i] |
	some i, access in facts.accesses
	some p in facts.selected
	some action in access.as
	some r in policies[p].index[effect][action]
	rule := policies[p].rules[r]
	in_force(rule)
	covers(rule, access)
}

denied := hits("deny")

held := {hit |
	some hit in hits("ask")
	not granted(policies[hit[0]].key, policies[hit[0]].rules[hit[1]].name)
}

granted(policy, rule) if {
	some grant in facts.grants
	grant.policy == policy
	grant.rule == rule
}

# An Allow, or a RequireApproval whose approval is asked for above, is needed on the object itself.
permitted(access) if {
	some p in facts.selected
	some r in policies[p].index.permit[access.action]
	rule := policies[p].rules[r]
	in_force(rule)
	names(rule, access)
}

unpermitted := [i |
	some i, access in facts.accesses
	access.need
	not permitted(access)
]

strictness := {"Deny": 0, "RequireApproval": 1, "Allow": 2}

# [strictness, policy] of the default that counts
default_action := min([[strictness[policies[p].default_action], p] | some p in facts.selected]) if {
	count(unpermitted) > 0
}

denials contains {"code": "rule", "p": hit[0], "r": hit[1], "access": hit[2]} if some hit in denied

denials contains {"code": "no-rule", "p": default_action[1], "access": i} if {
	default_action[0] == 0
	some i in unpermitted
}

# Nobody selects the session: that is not a way in.
denials contains {"code": "no-rule", "access": i} if {
	not default_action
	some i in unpermitted
}

# The protocol's FunctionCall and replication connections need a rule that names them, whatever the default.
denials contains {"code": "no-rule", "p": min(facts.selected), "access": i} if {
	some i in unpermitted
	facts.accesses[i].action in {"function-call", "replication"}
}

approvals contains {"p": hit[0], "r": hit[1], "access": hit[2]} if some hit in held

approvals contains {"p": default_action[1], "access": i} if {
	default_action[0] == 1
	not granted(policies[default_action[1]].key, "default")
	some i in unpermitted
}

# Residency: data with one of the tags, while the region of the session is unknown or not one of those allowed.
denials contains {"code": "residency", "p": p, "relation": relation.name, "column": column.name} if {
	some p in facts.selected
	residency := policies[p].residency
	not allowed_region(residency)
	some relation in facts.relations
	some column in relation.columns
	some tag in column.tags
	residency.tags[tag]
}

allowed_region(residency) if residency.regions["*"]

allowed_region(residency) if residency.regions[facts.region]

allowed_region(residency) if {
	some prefix in residency.prefixes
	startswith(facts.region, prefix)
}

# Row filters. One on a relation that is only seen through a view cannot be put in place.
filters := {{"relation": relation.name, "p": p, "r": r} |
	some relation in facts.relations
	some p in facts.selected
	some action in relation.as
	some r in policies[p].index.filter[action]
	rule := policies[p].rules[r]
	in_force(rule)
	speaks_of(rule, relation)
}

denials contains {"code": "row-filter-through-view", "p": p, "r": r, "relation": relation.name} if {
	some relation in facts.relations
	count(relation.via) > 0
	some p in facts.selected
	some r in policies[p].index.filter.select
	rule := policies[p].rules[r]
	in_force(rule)
	some key in relation.via
	rule.on.relation[key]
}

denials contains {"code": "row-filter-through-view", "p": p, "r": r, "relation": relation.name} if {
	some relation in facts.relations
	count(relation.via) > 0
	some p in facts.selected
	some r in policies[p].index.filter.select
	rule := policies[p].rules[r]
	in_force(rule)
	rule.on.relation == true
}

# Masks, strictest first.
rank := {
	"null": 0,
	"redact": 1,
	"hash": 2,
	"uuid": 3,
	"email": 4,
	"partial": 5,
	"year": 6,
	"month": 7,
	"bucket": 8,
	"round": 9,
	"json": 10,
	"none": 11,
}

# [relation, column, [rank, policy, rule, mask, open]] of every mask that fits; open: predicates see the column as it is
fitting := array.concat(
	[found |
		some relation in facts.relations
		count(relation.columns) > 0
		some p in facts.selected
		some action in relation.as
		some r in policies[p].index.mask[action]
		rule := policies[p].rules[r]
		covers(rule, relation)
		in_force(rule)
		some column in relation.columns
		column.read
		some mask in rule.masks
		fits(mask, column)
		found := [relation.name, column.name, [mask.rank, p, r, mask.mask, object.get(mask, "open", false)]]
	],
	custom_masks,
)

fits(mask, column) if {
	some tag in column.tags
	mask.tags[tag]
}

fits(mask, column) if {
	some key in column.keys
	mask.columns[key]
}

masks := {{"relation": column[0], "column": column[1], "p": first[1], "r": first[2], "mask": mask, "open": open} |
	some column in {[found[0], found[1]] | some found in fitting}
	choices := [found[2] | some found in fitting; found[0] == column[0]; found[1] == column[1]]
	first := min(choices)
	first[0] < rank.none
	open := {choice[4] | some choice in choices; choice[0] < rank.none} == {true}
	mask := strictest([choice[3] | some choice in choices; choice[0] == first[0]], first[0], first[3])
}

# Columns that policy names only to give them out as they are.
exempt := {{"relation": column[0], "column": column[1]} |
	some column in {[found[0], found[1]] | some found in fitting; found[2][0] == rank.none}
	min([found[2][0] | some found in fitting; found[0] == column[0]; found[1] == column[1]]) == rank.none
}

# Of masks of one kind, one that keeps no more than any of them.
strictest(same, kind, _) := {"partial": {
	"first": min([mask.partial.first | some mask in same]),
	"last": min([mask.partial.last | some mask in same]),
}} if kind == 5

strictest(same, kind, _) := {"bucket": {"size": max([mask.bucket.size | some mask in same])}} if kind == 8

strictest(same, kind, _) := {"round": {"digits": min([mask.round.digits | some mask in same])}} if kind == 9

strictest(same, kind, _) := {"json": {"paths": sort({path | some mask in same; some path in mask.json.paths})}} if kind == 10

strictest(_, kind, first) := first if not kind in {5, 8, 9, 10}

# Limits: the smallest of each.
limiting := {[p, r] |
	some access in facts.accesses
	some p in facts.selected
	some r in policies[p].index.limit[access.action]
	rule := policies[p].rules[r]
	in_force(rule)
	speaks_of(rule, access)
}

# What cannot be seen through may change what a rule with a limit is about.
affecting := {[p, r] |
	some unknown in facts.unknown
	some p in facts.selected
	some r in policies[p].index.affect
	rule := policies[p].rules[r]
	in_force(rule)
	reaches(unknown, rule)
}

reaches(unknown, _) if unknown.anything

reaches(unknown, rule) if {
	some relation in unknown.relations
	names(rule, relation)
}

limits := {name: smallest |
	some name, hits in {
		"maxRows": limiting,
		"maxBytes": limiting,
		"maxExportRows": limiting,
		"statementTimeoutMs": limiting,
		"maxAffectedRows": limiting | affecting,
	}
	count(hits) > 0
	smallest := min([[policies[hit[0]].rules[hit[1]].limits[name], hit[0], hit[1]] | some hit in hits])
}

audit := {
	"strict": {p | some p in facts.selected; policies[p].audit.mode == "strict"} != set(),
	"refuse": {p | some p in facts.selected; policies[p].audit.whenFull == "Gap"} != {p | some p in facts.selected},
}

# What could not be understood is refused near anything that is protected.
denials contains {"code": "not-understood", "p": p, "construct": unknown.construct} if {
	some unknown in facts.unknown
	some p in facts.selected
	endangered(policies[p], unknown)
}

endangered(policy, unknown) if {
	unknown.anything
	policy.guards
}

endangered(policy, unknown) if {
	some relation in unknown.relations
	some r in policy.index.guard
	rule := policy.rules[r]
	guarded(rule, relation)
	names(rule, relation)
}

endangered(policy, unknown) if {
	policy.residency
	some relation in unknown.relations
	relation.tagged
}

guarded(rule, _) if rule.guard == "always"

guarded(rule, relation) if {
	rule.guard == "tagged"
	relation.tagged
}

# What the policies' own Rego gives. The compiler adds rules to denials, approvals and given for each
# policy that has some; facts.given is for tests of this library.
given contains found if some found in facts.given

custom_masks := [[relation.name, column.name, [rank[kind], from.p, -1, from.found.mask, false]] |
	some from in given
	some kind, _ in from.found.mask
	rank[kind]
	some relation in facts.relations
	some column in relation.columns
	column.read
	column.full == from.found.column
]

# A mask that is none must not pass for one.
denials contains {"code": "rego", "p": from.p, "message": "the policy's own Rego gives a mask that is none"} if {
	some from in given
	not proper(from.found)
}

proper(found) if {
	is_string(found.column)
	count(found.mask) == 1
	some kind, parameters in found.mask
	rank[kind]
	is_object(parameters)
	complete(kind, parameters)
}

complete(kind, _) if not kind in {"partial", "bucket", "round", "json"}

complete("partial", parameters) if {
	parameters.first >= 0
	parameters.last >= 0
	whole(parameters.first)
	whole(parameters.last)
}

complete("bucket", parameters) if {
	parameters.size >= 1
	whole(parameters.size)
}

complete("round", parameters) if {
	parameters.digits >= -18
	parameters.digits <= 18
	whole(parameters.digits)
}

complete("json", parameters) if {
	count(parameters.paths) > 0
	every path in parameters.paths { is_string(path) }
}

whole(n) if {
	is_number(n)
	floor(n) == n
}
