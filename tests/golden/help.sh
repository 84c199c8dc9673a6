# What the program says of itself, in three languages.
$HOOL help
echo "exit $?"
$HOOL
echo "exit $?"
for command in serve rule id type verify backup restore key migrate user practice; do
	$HOOL $command --help
	echo "exit $?"
done
for lang in en ru; do
	$HOOL --lang $lang help
	$HOOL --lang $lang rule --help
	$HOOL --lang $lang type --help
done
$HOOL nonsense
