# Which policies are about a session. Evaluated once for each kind of session.
package postern

selection := {p |
	some p, policy in data.compiled.policies
	not policy.baseline
	policy.namespace == input.database.namespace
	selects_database(policy)
	selects_workload(policy)
	selects_group(policy)
	selects_user(policy)
	selects_purpose(policy)
}

selects_database(policy) if {
	subset(policy.databases.labels, input.database.labels)
	named(policy.databases)
}

named(databases) if not databases.names

named(databases) if input.database.name in databases.names

subset(wanted, given) if {
	every key, value in wanted {
		given[key] == value
	}
}

selects_workload(policy) if not policy.subjects.workloads

selects_workload(policy) if {
	input.identity.kind == "serviceaccount"
	some workload in policy.subjects.workloads
	workload.namespace in {"*", input.identity.namespace}
	workload.serviceAccount in {"*", input.identity.name}
	subset(workload.podLabels, input.workload.labels)
}

selects_group(policy) if not policy.subjects.groups

selects_group(policy) if {
	some group in input.identity.groups
	group in policy.subjects.groups
}

selects_user(policy) if not policy.subjects.users

selects_user(policy) if {
	input.identity.kind == "user"
	input.identity.name in policy.subjects.users
}

selects_user(policy) if input.identity.subject in policy.subjects.users

selects_purpose(policy) if not policy.subjects.purposes

selects_purpose(policy) if input.session.purpose in policy.subjects.purposes
