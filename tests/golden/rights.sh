# Who may do what, by position: a right given or taken shows here, and nowhere unseen.
for position in coordinator_b coordinator_d project_manager administrator municipality_worker provider_representative; do
	$HOOL type rights $position
done
