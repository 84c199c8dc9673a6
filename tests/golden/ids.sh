# Identifiers, each right and wrong in its own way, as of one day.
for id in 'isikukood 59912310460' 'isikukood 59912310461' 'isikukood 50002290000' 'isikukood 5991231046' \
	'registrikood 70001951' 'registrikood 70001952' 'kmkr EE100931558' 'kmkr EE100931559' \
	'iban EE382200221020145685' 'iban EE38 2200 2210 2014 5685' 'iban DE89370400440532013000' \
	'viitenumber 12345678907' 'viitenumber 0' 'ehak 0793' 'ehak 0001'; do
	echo "$ hool id $id"
	# shellcheck disable=SC2086
	$HOOL id ${id%% *} "${id#* }" --date=2026-05-25
	echo "exit $?"
done
printf 'isikukood\t59912310460\niban\tEE382200221020145685\nmuu\tx\n\nisikukood\t1\n' | $HOOL id --batch --json
