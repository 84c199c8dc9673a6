/*
 * Streets, farms, villages, small organisations and kinds of work for practice data. Villages are
 * such as there are in every such region, or invented; organisations are invented from two lists.
 */
#include "work/practice/names_data.h"

#define LENGTH(list) (sizeof(list) / sizeof((list)[0]))

/* clang-format off */
const char *const STREETS[] = {
	"Aia", "Allika", "Aasa", "Ehitajate", "Hariduse", "Heina", "Ida", "Jaama", "Järve", "Jõe",
	"Kalda", "Kalevi", "Karja", "Kase", "Kaare", "Keskuse", "Kevade", "Kesk", "Kiriku", "Kivi",
	"Kooli", "Koidu", "Kopli", "Kraavi", "Kreutzwaldi", "Kuuse", "Kungla", "Künka", "Laane",
	"Lai", "Lepa", "Lille", "Linda", "Lootuse", "Luha", "Lõuna", "Lääne", "Maasika", "Metsa",
	"Mooni", "Mäe", "Männi", "Niidu", "Nooruse", "Nurme", "Oja", "Orava", "Paju", "Pargi",
	"Pihlaka", "Pikk", "Pirni", "Ploomi", "Posti", "Pärna", "Põhja", "Põllu", "Raba",
	"Raudtee", "Ravila", "Ringi", "Roosi", "Rukki", "Saare", "Salu", "Sambla", "Sauna", "Side",
	"Sinilille", "Soo", "Staadioni", "Suve", "Sõpruse", "Sügise", "Talve", "Tamme", "Tartu",
	"Tehnika", "Teguri", "Toome", "Tuule", "Turu", "Tööstuse", "Uus", "Vabaduse", "Vaarika",
	"Vahtra", "Veski", "Vee", "Videviku", "Viljandi", "Võidu", "Õie", "Õismäe", "Õuna",
	"Ülase", "Ööbiku", "Ülejõe",
};
const size_t STREETS_N = LENGTH(STREETS);

const char *const FARMS[] = {
	"Aadu", "Aru", "Andrese", "Hansu", "Jaani", "Kaarli", "Kadaka", "Kalju", "Kaasiku",
	"Karjatse", "Kiviaia", "Koplimäe", "Kuuse", "Künni", "Laane", "Lepiku", "Madise", "Mardi",
	"Matsi", "Metsa", "Mihkli", "Mäe", "Männiku", "Nigula", "Niidu", "Oru", "Otsa", "Peetri",
	"Pihla", "Põllu", "Rehe", "Ranna", "Saueaugu", "Sepa", "Soo", "Suurekivi", "Tamme",
	"Tooma", "Tõnu", "Uustalu", "Vanatare", "Veski", "Väljaotsa", "Välja", "Õunaaia", "Ülesoo",
	"Ääre", "Jõeääre",
};
const size_t FARMS_N = LENGTH(FARMS);

const char *const VILLAGES_INLAND[] = {
	"Metsküla", "Nurme", "Mäeküla", "Jõeküla", "Kirikuküla", "Vanamõisa", "Uuemõisa",
	"Väljaküla", "Sooküla", "Kõrtsuotsa", "Lepiku", "Tammiku", "Kaasiku", "Kuusiku",
	"Allikaküla", "Aruküla", "Orgmetsa", "Põlluküla", "Raudoja", "Pikavere", "Kivilõppe",
	"Palumäe", "Karukõrve", "Hundikuru", "Rebasemäe", "Vahesaare", "Luigesoo", "Kurevere",
	"Tõrvaaugu", "Põrguvälja", "Sootaga", "Kõrvemaa", "Laaneotsa", "Veskijärve", "Silmsi",
	"Nõmmküla", "Hobulaane", "Rõõmu", "Sillaotsa", "Ülejõe",
};
const size_t VILLAGES_INLAND_N = LENGTH(VILLAGES_INLAND);

const char *const VILLAGES_COAST[] = {
	"Rannaküla", "Lahe", "Neemeküla", "Sadamaküla", "Kadakaranna", "Kivineeme", "Laoküla",
	"Liivaranna", "Kalameeste", "Mereäärse", "Saareküla", "Rootsiküla", "Väikeranna",
	"Suurlahe", "Pagarooste", "Hiieranna", "Tuuliku", "Tuletorni", "Käspri", "Randvere",
	"Pangaotsa", "Lõunaranna", "Luidemäe", "Kajakaküla", "Paadrema", "Suurupõllu", "Kärlaotsa",
	"Nõva", "Roopaküla", "Undu",
};
const size_t VILLAGES_COAST_N = LENGTH(VILLAGES_COAST);

const char *const VILLAGES_SOUTH[] = {
	"Palumäe", "Kõrgepalu", "Mõtsküla", "Alakülä", "Suuremetsa", "Järvepalu", "Kuklase",
	"Hindsa", "Tsiistre", "Uibomäe", "Vastsekivi", "Vanamõtsa", "Kõivsaarõ", "Paluoja",
	"Ruusmäe", "Saarlasõ", "Tammõ", "Tsolgo", "Kündja", "Pindi", "Leevi", "Vagula", "Hurmi",
	"Krootusõ", "Mäekülä", "Orava", "Sulaoja", "Lepassaarõ", "Sikassaarõ", "Haavapää",
};
const size_t VILLAGES_SOUTH_N = LENGTH(VILLAGES_SOUTH);

const char *const VILLAGES_BOROUGH[] = {
	"Jaamaküla", "Uuelinna", "Vanalinna", "Tööliste", "Veskioru", "Tehase", "Aedlinna",
	"Pargiküla", "Kooliküla", "Järveotsa", "Ülelinna", "Paekivi", "Sauna", "Raudteeküla",
	"Tuletõrje", "Männimäe", "Mustametsa", "Kasevälja", "Õunaküla",
};
const size_t VILLAGES_BOROUGH_N = LENGTH(VILLAGES_BOROUGH);

const char *const ORG_FIRST[] = {
	"Sinililled", "Päikesekiir", "Tammepuu", "Sinine Lind", "Roheline Org", "Valge Kivi",
	"Hommikukaste", "Lõkkekodu", "Kuldne Sügis", "Helge Päev", "Vaikne Sadam", "Rõõmsad Käed",
	"Kindel Samm", "Õunaaed", "Lumikelluke", "Väike Tiivik", "Soe Kamin", "Kuuseladva",
	"Tuulekell", "Tark Käsi", "Ühine Laud", "Avatud Värav", "Rukkilill", "Kaasteeline",
	"Murueide Maja", "Tasane Jõgi", "Vikerkaaresild", "Jõekääru", "Maasikamäe", "Käbihelve",
	"Pihlamari", "Ülane", "Järveveer", "Kivisilla", "Koidukiir", "Laululind", "Nurmenukk",
	"Saarepuu", "Tähetorn",
};
const size_t ORG_FIRST_N = LENGTH(ORG_FIRST);

const char *const ORG_LAST[] = {
	"Tugikodu", "Töökeskus", "Kodu", "Päevakeskus", "Hooldus", "Tugikeskus", "Abikäsi",
	"Toetus", "Töötuba", "Hool", "Teenused", "Rehabilitatsioon", "Teraapia", "Pesa",
	"Arenduskeskus", "Elamisabi",
};
const size_t ORG_LAST_N = LENGTH(ORG_LAST);

const char *const WORKS[] = {
	"küünalde valamine", "kaminapuude pakkimine", "kaltsuvaipade kudumine",
	"puidust mänguasjade lihvimine", "õmblustööd", "kartulite koorimine", "aiatööd",
	"ürtide kuivatamine ja pakkimine", "postkaartide voltimine", "reklaamlehtede kokkupanek",
	"pappkarpide voltimine", "kruvide lugemine ja pakkimine", "pesu triikimine",
	"pesumaja abitööd", "köögi abitööd", "leiva küpsetamine", "keraamika valmistamine",
	"seebi valmistamine", "viltimine", "korvide punumine", "linnumajade ehitamine",
	"mööbli taastamine", "jalgrataste puhastamine", "õue koristamine", "lume lükkamine",
	"ruumide koristamine", "raamatute köitmine", "paberi vanutamine", "vanapaberi sortimine",
	"pakendite sortimine", "riiete sortimine", "kaupluse abitööd", "kaupade hinnastamine",
	"lillede istutamine", "kasvuhoone tööd", "loomade söötmine", "mee villimine",
	"siltide kleepimine", "puidust aluste kokkulöömine", "elektrijuhtmete koorimine",
	"andmete sisestamine", "dokumentide skaneerimine", "kinkekottide valmistamine",
	"sokkide kudumine", "köögiviljade pesemine ja lõikamine", "haljasala hooldus",
	"saunavihtade tegemine", "kingituste pakkimine",
};
const size_t WORKS_N = LENGTH(WORKS);
/* clang-format on */
