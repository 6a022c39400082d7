"""The commonest names of some origins, about the most frequent first: facts of the registers of their countries.

Faker's lists hold these among rare ones, without how often each is borne, or lack them; and names of other scripts'
languages as Latin letters have them. Each origin has women's, men's and family names.
"""

_ES = (
    "María Carmen Ana Isabel Laura Cristina Marta Lucía Josefa Dolores Francisca Pilar Elena Antonia Mercedes "
    "Paula Sara Rosa Raquel Manuela Patricia Beatriz Teresa Juana Sonia Andrea Silvia Rocío Julia Alba "
    "Encarnación Irene Eva Montserrat Mónica Nuria Ángela Concepción Luisa Margarita Alicia Inmaculada Claudia "
    "Esther Yolanda Sandra Natalia Carolina Inés Marina Verónica Amparo Lorena Nieves Victoria Noelia Susana "
    "Sofía Gloria Catalina Emilia Lourdes Ángeles Consuelo Miriam Soledad Daniela Alejandra Martina Valeria Carla "
    "Rosario Blanca Ainhoa Virginia Vanesa Celia Clara Adriana Fátima Begoña Rebeca Esperanza Asunción Milagros "
    "Purificación Tamara Olga Guadalupe Gabriela Esmeralda Noa Diana Leticia Magdalena Trinidad Aurora Estefanía "
    "Amalia Ramona Elvira Belén Matilde Elisa Araceli Itziar Vicenta Remedios Jimena Remei Leire",
    "Antonio Manuel José Francisco David Juan Javier Daniel Carlos Jesús Alejandro Miguel Rafael Pedro Pablo "
    "Ángel Sergio Fernando Jorge Luis Alberto Álvaro Adrián Diego Raúl Iván Enrique Rubén Ramón Vicente Óscar "
    "Andrés Joaquín Santiago Mario Eduardo Víctor Roberto Jaime Marcos Ignacio Hugo Alfonso Salvador Jordi "
    "Ricardo Gabriel Emilio Guillermo Gonzalo Julio Julián Tomás Martín Nicolás Agustín Samuel Joan Cristian "
    "Ismael Aitor Félix Felipe Héctor Josep Marc Mariano Iker Domingo Alfredo Sebastián Lucas César Rodrigo "
    "Gregorio Xavier Albert Lorenzo Eugenio Cristóbal Borja Mateo Arturo Esteban Germán Valentín Isaac Jonathan "
    "Ernesto Joel Bruno Aarón Eloy Izan Leandro Benito Marcelo Bernardo Armando Gustavo Unai Asier Mohamed Pau",
    "García Rodríguez González Fernández López Martínez Sánchez Pérez Gómez Martín Jiménez Hernández Ruiz Díaz "
    "Moreno Muñoz Álvarez Romero Gutiérrez Alonso Navarro Torres Domínguez Ramos Vázquez Ramírez Gil Serrano "
    "Morales Molina Blanco Suárez Castro Ortega Delgado Ortiz Marín Rubio Núñez Medina Sanz Castillo Iglesias "
    "Cortés Garrido Santos Guerrero Lozano Cano Cruz Flores Méndez Prieto Herrera Peña León Márquez Cabrera "
    "Gallego Calvo Vidal Reyes Campos Vega Fuentes Carrasco Aguilar Caballero Nieto Vargas Pascual Giménez "
    "Santana Herrero Hidalgo Montero Lorenzo Santiago Benítez Durán Ibáñez Arias Mora Ferrer Carmona Vicente "
    "Rojas Soto Crespo Román Pastor Velasco Parra Sáez Moya Bravo Soler Gallardo Esteban Rivera Silva Pardo "
    "Franco Rivas Lara Merino Espinosa Camacho Mendoza Izquierdo Vera Arroyo Casado Sierra Redondo Luque Montes "
    "Rey Carrillo Otero Segura Heredia Marcos Bernal Soriano Robles Valero Palacios Martí Macías Contreras Guerra "
    "Benito Varela Expósito Bueno Andrés Pereira Roldán Mateo Villanueva Salazar Miranda Guillén Escudero "
    "Menéndez Mateos Aguilera Avila Casas Acosta Aparicio Rivero Gálvez Calderón Quintana Beltrán Menendez Salas "
    "Rico Gracia Estévez Blázquez Galán Padilla Manzano Plaza Clemente Miguel Santamaría Serra Abad Trujillo Roca "
    "Villar Cuesta Conde Pacheco Ballesteros Maldonado Ríos Barroso Correa Blasco Simón Escobar Valencia Tomás "
    "Mendez Bermúdez Salvador Rueda Domingo Paredes Lázaro Polo Valverde Saiz Corral Zamora Zapata Costa Ávila "
    "Alarcón Cuenca Pons Ponce Bermejo Quintero Cordero Oliva Murillo Peralta Toledo Andreu Ojeda Linares Sancho "
    "Vila Castaño Burgos Marco Moral Olmo Cobo Requena Figueroa Mesa Puig Bosch Aranda Duarte Arranz Avilés "
    "Amador Barrera Alfonso Ferreira Aragón Tejada Ventura Hurtado Cabello",
)
_PT = (
    "Maria Ana Francisca Antónia Adriana Juliana Márcia Fernanda Patrícia Aline Sandra Camila Amanda Bruna "
    "Jéssica Letícia Júlia Luciana Vanessa Mariana Gabriela Vera Vitória Larissa Cláudia Beatriz Rita Luana Sónia "
    "Renata Eliane Josefa Simone Natália Cristiane Carla Débora Rosângela Jaqueline Rosa Daniela Aparecida "
    "Marlene Terezinha Raimunda Andreia Fabiana Lúcia Raquel Ângela Rafaela Joana Luzia Elaine Daniele Tatiana "
    "Helena Catarina Inês Teresa Isabel Margarida Fátima Paula Sofia Alice Filipa Cristina Susana Leonor Marta "
    "Carolina Matilde Laura Regina Elisabete Graça Conceição Madalena Diana Sílvia Célia Manuela Olga Marina Eva "
    "Irene Alexandra Vânia Lurdes Emília Glória Luísa",
    "José João António Francisco Carlos Paulo Pedro Lucas Luiz Luís Marcos Gabriel Rafael Daniel Marcelo Bruno "
    "Eduardo Felipe Rodrigo Manuel Manoel Mateus André Fernando Fábio Leonardo Gustavo Guilherme Leandro Tiago "
    "Anderson Ricardo Márcio Jorge Sebastião Alexandre Roberto Édson Diego Vítor Sérgio Cláudio Thiago Geraldo "
    "Adriano Luciano Júlio Renato Alex Vinícius Rogério Samuel Ronaldo Mário Flávio Douglas Ígor Davi Jeferson "
    "Miguel Rui Nuno Hugo Gonçalo Diogo Joaquim Filipe Henrique Duarte Afonso Simão Domingos Artur Augusto "
    "Alberto Armando Américo Álvaro Vasco Raul Óscar Jaime Humberto Hélder Nélson César Eugénio Ernesto Valdir "
    "Antônio Hélio Otávio Alfredo Osvaldo Rubens Wilson Milton Edmundo Sandro Walter Wagner Celso",
    "Silva Santos Ferreira Pereira Oliveira Costa Rodrigues Martins Jesus Sousa Souza Fernandes Gonçalves Gomes "
    "Lopes Marques Alves Almeida Ribeiro Pinto Carvalho Teixeira Moreira Correia Mendes Nunes Soares Vieira "
    "Monteiro Cardoso Rocha Raposo Neves Coelho Cruz Cunha Pires Ramos Reis Simões Antunes Matos Fonseca Machado "
    "Araújo Barbosa Tavares Lourenço Castro Figueiredo Azevedo Freitas Magalhães Henriques Lima Guerreiro Batista "
    "Baptista Pinheiro Faria Miranda Barros Morais Nogueira Esteves Anjos Campos Mota Andrade Brito Sá Nascimento "
    "Leite Abreu Borges Melo Vaz Pinho Vicente Gaspar Assunção Maia Moura Valente Domingues Garcia Carneiro "
    "Loureiro Neto Amaral Branco Leal Pacheco Macedo Paiva Matias Amorim Torres Viana Bastos Santana Couto "
    "Guimarães Dias Medeiros Cavalcanti Bezerra Farias Moraes Peixoto Siqueira Queiroz Dantas Aguiar Rosa Franco "
    "Xavier Toledo Mello Duarte Sampaio Camargo Prado Vasconcelos Chaves Brandão Coutinho Bueno Pimentel Salgado "
    "Serra Portela Sequeira Furtado Mesquita Cabral Caldeira Proença Seixas Vilela Veloso Fraga Falcão Rangel "
    "Porto Braga Lacerda Saraiva Barreto Godoy Galvão Bittencourt Menezes Meireles Nóbrega Frade Salvador "
    "Trindade Bento Varela Quaresma Ventura Fontes Sales Rego Cordeiro Damasceno Fagundes Valadares Novais "
    "Resende Rezende Assis Arruda Drummond Pessoa Câmara Cerqueira Estrela Lobo Leitão Raimundo Gouveia",
)
_DA = (
    "Anne Kirsten Mette Hanne Anna Helle Maria Susanne Lene Marianne Camilla Inge Karen Lone Bente Charlotte Pia "
    "Ida Tina Gitte Louise Jette Sofie Emma Laura Julie Christina Birthe Rikke Ulla Annette Else Vibeke Lis "
    "Dorthe Anette Inger Britta Katrine Cecilie Maja Mathilde Signe Line Trine Heidi Karin Eva Sara Freja Clara "
    "Birgit Lisbeth Ruth Ellen Tove Aase Gerda Grethe Sanne Malene Nanna Pernille Stine Astrid Marie Amalie "
    "Caroline Merete Conny Winnie Jytte Lise Bodil Grete Ingrid Elisabeth Kristine Linda Sidsel Tine Mia Anja "
    "Alberte Johanne Frederikke Birgitte Berit Dagmar Rigmor Lea Josefine Ditte Lotte Lena",
    "Peter Michael Lars Jens Thomas Henrik Søren Christian Martin Jan Morten Jesper Anders Mads Niels Rasmus Per "
    "Mikkel Hans Kim Jørgen Ole Frederik Erik Bent Christoffer Jakob Kristian John Claus Simon Carsten Torben "
    "Brian Poul Kenneth Finn Steen Jacob Daniel Kasper Emil Karl Mathias Oliver Alexander Magnus Nikolaj Ulrik "
    "Allan Mogens Svend Knud Preben Flemming Leif Arne Tommy Bo Kurt Ib Bjarne Børge Villy Aage Tage Henning "
    "Viggo Gert Johannes René Ivan Kaj Klaus Sebastian Victor William Noah Lucas Oscar Anton Malthe August Gustav "
    "Philip Tobias Jonas Troels Palle Ejnar Verner Dan Asger Esben Holger Frank Benny Sune Ebbe Ove Axel Vagn "
    "Otto Egon Uffe Bjørn Kristoffer Stig Keld Regnar Lasse Johan Eigil Gunnar Kristen Laurits Thorkild Ejvind",
    "Nielsen Jensen Hansen Andersen Pedersen Christensen Larsen Sørensen Rasmussen Jørgensen Petersen Madsen "
    "Kristensen Olsen Thomsen Christiansen Poulsen Johansen Møller Mortensen Knudsen Jakobsen Jacobsen Mikkelsen "
    "Olesen Frederiksen Laursen Henriksen Lund Schmidt Eriksen Holm Kristiansen Clausen Simonsen Svendsen "
    "Andreasen Iversen Jeppesen Mogensen Jespersen Nissen Lauridsen Frandsen Østergaard Jepsen Kjær Carlsen "
    "Vestergaard Nørgaard Dahl Christoffersen Søndergaard Skov Bertelsen Bruun Lassen Bach Gregersen Friis "
    "Steffensen Johnsen Kjeldsen Krogh Bech Danielsen Lauritsen Bak Andresen Mathiesen Winther Kruse Toft Dam "
    "Berg Ravn Brandt Lind Winter Sommer Bang Bjerre Bay Mathiasen Thorsen Juhl Kofoed Kjærgaard Villadsen "
    "Damgaard Dalgaard Bendtsen Overgaard Hald Beck Holst Enevoldsen Ibsen Paulsen Nygaard Michelsen Lorentzen "
    "Hermansen Koch Buch Marcussen Bonde Fischer Meyer Lange Overby Bro Justesen Ottosen Bisgaard Kirkegaard Birk "
    "Thygesen Tang Karlsen Bundgaard Klausen Houmann Husted Munk Hedegaard Nygård Hjort Leth Riis Smidt Kragh "
    "Foged Aagaard Krag Hviid Gade Lindberg Fogh Rask Storm Storgaard Lyngsø Balle Boesen Kjer Buhl Tofte Hvid "
    "Therkildsen Gram Duus Rosenberg Wulff Vinther Abildgaard Lykke Hauge Thrane Rohde Busk Elkjær Dall Worm "
    "Ladefoged Bering Ahrens Lerche Groth Svane Krause Wagner Bugge Rose Krarup Brix Trier Nyborg Bille Juul "
    "Skaarup Skovgaard Hjorth Munch Hartmann Kaas Rudbeck Stage Thaarup Frost Birkholm Westh Dreyer Bagger Kern "
    "Ellegaard Lindegaard Borup Flindt Rode Glud Barfod Mølgaard Thestrup Sand Wind Mørk Rørbæk Bjerregaard Buus "
    "Sloth Engberg Bager Fink Nymann Brask Heiberg Jul Hartvig Ebbesen Fabricius Wiberg Hede Kold Bruhn Kjølby "
    "Drejer Nyrup Grønbæk Ulrich Pilegaard Vang Hougaard Ditlevsen Lundgaard Ernst Elbæk",
)
_NO = (
    "Anne Inger Kari Marit Ingrid Liv Eva Berit Astrid Bjørg Hilde Anna Solveig Marianne Randi Ida Nina Maria "
    "Elisabeth Kristin Bente Heidi Silje Hanne Linda Tone Gerd Ragnhild Tove Elin Anita Wenche Camilla Ellen "
    "Laila Karin Ellinor Mona Emma Julie Marte Sissel Aud Lene Nora Grete Karoline Trine Mette Siri Else Vilde "
    "Jorunn Unni Thea Ingeborg Turid Gunn Stine Line Ruth Sigrid Åse Kirsten Torill Signe Sara Guro Hege Maren "
    "Synne Gro Kristine Frida Monica Malin Vibeke Rita Tuva Oddny Målfrid Reidun Gudrun Erna Kjersti Torunn "
    "Cecilie Ingunn Helene Marie Åshild Borghild Eli Beate Live Oda Trude Jenny Aslaug Borgny Hedda Tonje Guri "
    "Dagny",
    "Jan Per Bjørn Ole Lars Kjell Knut Arne Svein Thomas Hans Geir Tor Morten Terje Odd Erik Martin John Andreas "
    "Harald Anders Gunnar Rune Trond Tore Kristian Jon Marius Tom Stian Olav Henrik Øyvind Nils Magnus Daniel "
    "Roger Fredrik Rolf Kristoffer Einar Leif Sverre Helge Espen Håkon Jonas Steinar Vidar Egil Arild Frode "
    "Christian Alexander Øystein Stein Kåre Alf Ivar Frank Johan Sindre Roar Pål Emil Eirik Erling Dag Simon "
    "Sigurd Ketil Magne Reidar Torbjørn Finn Kenneth Eivind Asbjørn Birger Even Oddvar Sondre Mathias Petter "
    "Tobias Arvid Jostein Audun Atle Karl Oskar Ragnar Inge Trygve Aksel Bernt Halvor Nikolai Bård Gaute Åge "
    "Sigbjørn Torstein Gjermund Roald",
    "Hansen Johansen Olsen Larsen Andersen Pedersen Nilsen Kristiansen Jensen Karlsen Johnsen Pettersen Eriksen "
    "Berg Haugen Hagen Johannessen Andreassen Jacobsen Halvorsen Dahl Jørgensen Henriksen Lund Sørensen Jakobsen "
    "Gundersen Moen Iversen Svendsen Strand Martinsen Solberg Knutsen Eide Paulsen Bakken Mathisen Kristoffersen "
    "Lie Rasmussen Amundsen Kristensen Lunde Bakke Berge Moe Nygård Fredriksen Solheim Nguyen Holm Lien Andresen "
    "Christensen Knudsen Hauge Evensen Nielsen Sæther Hanssen Myhre Aas Thomassen Haugland Sandvik Simonsen "
    "Antonsen Danielsen Berntsen Ali Arnesen Rønning Næss Vik Jenssen Haug Edvardsen Ellingsen Myklebust Thorsen "
    "Sunde Ødegård Birkeland Isaksen Tangen Ruud Gulbrandsen Strøm Myrvold Engen Ahmed Nyheim Hermansen Aasen "
    "Ottesen Tveit Eliassen Mikkelsen Dahle Bøe Helland Jonassen Foss Abrahamsen Hovland Kvam Bråten Hoel Wold "
    "Gabrielsen Hammer Rød Helgesen Nordli Skoglund Nesse Aune Fossum Sivertsen Tveiten Sand Eikeland Lorentzen "
    "Syversen Mathiesen Skaar Børresen Nordby Tollefsen Egeland Aamodt Bjerke Hjelle Ingebrigtsen Sørlie Fjeld "
    "Dale Olaussen Myrvang Aase Sande Brekke Vold Kjos Rustad Nordahl Finstad Kleven Gjerde Steen Opsahl Sætre "
    "Krogh Ness Grande Lindberg Thoresen Hegge Vatne Wang Hjorth Myhren Borgen Sveen Løken Grønli Vang Stokke "
    "Kolstad Bjørnstad Nes Bye Tvedt Langeland Fosse Furuseth Aarseth Skogen Skår Kleppe Lange Torgersen "
    "Ludvigsen Hopland Heggelund Riise Kvale Stavrum Ueland Holte Brun Ulvestad Sæbø Hestnes Nygaard Sletten "
    "Furnes Husby Drage Røed Lyngstad Hegland Nerland Sundby Haaland Mæland Borge Folkestad Aarnes Kvamme Hamre "
    "Hole Rognstad Eriksrud Gjertsen Bergersen Lindseth Storli Bratland Ryen Meling Østby Kaldestad Tjelta",
)
_RO = (
    "Maria Elena Ioana Ana Mihaela Andreea Alexandra Cristina Daniela Georgiana Gabriela Alina Mariana Simona "
    "Florentina Elisabeta Raluca Diana Roxana Carmen Laura Nicoleta Monica Oana Adriana Corina Irina Anca Camelia "
    "Rodica Viorica Doina Lavinia Loredana Iuliana Florica Valentina Mirela Liliana Claudia Ecaterina Luminița "
    "Lucia Ramona Bianca Denisa Aurelia Otilia Ileana Angela Silvia Veronica Constanța Gheorghița Tatiana "
    "Margareta Cornelia Ruxandra Magdalena Teodora Aurica Victoria Olga",
    "Gheorghe Ioan Ion Vasile Andrei Alexandru Nicolae Constantin Mihai Cristian Florin Marian Adrian Daniel "
    "Ionuț Gabriel Dumitru Marius Bogdan Ștefan Cătălin Petru Viorel Sorin George Radu Vlad Costel Răzvan Mircea "
    "Liviu Ovidiu Claudiu Victor Valentin Dan Traian Emil Cosmin Iulian Eugen Octavian Horia Lucian Tudor Aurel "
    "Petre Dorin Silviu Robert Ilie Mugur Călin Cornel Darius David Matei Luca Sebastian Dragoș Nicușor Paul "
    "Virgil Sergiu Teodor Laurențiu Eduard Doru Crin Calin Remus Anton Emilian Titus Alin Corneliu Valeriu "
    "Grigore Marcel Iosif Simion Toma Pavel Filip Tiberiu Nelu Ionel",
    "Popa Popescu Ionescu Radu Pop Dumitru Stan Stoica Gheorghe Matei Ciobanu Rusu Constantin Marin Lazăr Dinu "
    "Munteanu Vasile Toma Nistor Ungureanu Moldovan Florea Diaconu Stanciu Sandu Neagu Iordache Ilie Barbu Tudor "
    "Dobre Rus Ene Mocanu Dragomir Oprea Voicu Manea Cristea Nicolae Olteanu Roman Avram Șerban Enache Mihai "
    "Bucur Lungu Luca Cojocaru Coman Sava Petre Petrescu Georgescu Marinescu Stănescu Constantinescu Dumitrescu "
    "Popovici Iancu Tănase Grigore Anghel Preda Zamfir Albu Suciu Mureșan Costache Bratu Filip Chiriac Crăciun "
    "Rotaru Balan Bălan Apostol Neacșu Nedelcu Costea Ardelean Vlad Simion Nicolescu Stefan Ștefan Muntean Grosu "
    "Manole Mihalache Păun Pîrvu Sîrbu Bejan Negru Ursu Ignat Andrei Dima Vasilescu Cazacu Dascălu Savu Oancea "
    "Bogdan Moraru Pavel Trifan Niculae Chiriță Iliescu Năstase Băsescu Drăgan Tudorache Mitrea Manolescu Cernea "
    "Ionel Dănilă Ispas Sima Vlădescu Isăilă Cosma Todea Crișan Botezatu Câmpeanu Maxim Lupu Mirea Buzatu Pană "
    "Pavelescu Cîmpean Antonescu Negoiță Bîrsan Duță Irimia Damian Turcu Dinca Dincă Nica Pascu Miron Banu Prodan "
    "Olaru Cristescu Chivu Surdu Solomon Bădescu Cozma Croitoru Ganea Văduva Mihăilescu Calinescu Călinescu "
    "Teodorescu Vlahuță Ghiță Tomescu Dobrescu Florescu Alexandrescu Stoian Visan Macovei Blaga Boc Boldea Borcea "
    "Roșca Roșu Rădulescu Săndulescu Spătaru Tătaru Timofte Țurcanu Vintilă Zaharia Zaharescu Vrabie Hossu "
    "Hanganu Cotârlea Ilinca Opriș Oprescu Pintea Pîslaru Purcărea Sabău Sasu Sârbu Stroe Șandor Tatu Udrea Urs "
    "Vornicu Cucu Curelea Dobrin Dogaru",
)
_HR = (
    "Marija Ana Ivana Mirjana Katarina Nada Dragica Ljubica Vesna Ivka Kata Martina Petra Jelena Marina Iva "
    "Nikolina Sanja Snježana Branka Jasna Maja Mia Lucija Sara Lana Tea Gordana Barbara Kristina Tanja Danijela "
    "Nataša Lidija Jadranka Ankica Vlasta Zdenka Slavica Biserka Božica Andrea Matea Ena Dora Helena Antonija "
    "Josipa Monika Anita Zrinka Ruža Štefica Sandra Renata Jagoda",
    "Ivan Josip Marko Tomislav Stjepan Željko Ante Ivica Nikola Mario Luka Mate Zoran Petar Franjo Filip Hrvoje "
    "Damir Davor Darko Dražen Goran Branko Mladen Zdravko Igor Dario Krešimir Vladimir Milan Matija Robert "
    "Danijel Dragutin Siniša Boris Miroslav Saša Antun Juraj Anto Vjekoslav Zlatko Andrija Domagoj Zvonimir Dino "
    "Slavko Mirko Ivo Dubravko Denis Nenad Neven Vedran Duje Jakov Slobodan Dejan Stipe Ratko Zvonko Borna Leon "
    "Roko Jure Jurica Alen Ranko Tin Tihomir Drago Božidar Bojan Vinko Pero Nedjeljko",
    "",
)
_PL = (
    "Anna Maria Katarzyna Małgorzata Agnieszka Barbara Ewa Krystyna Elżbieta Magdalena Joanna Zofia Teresa "
    "Aleksandra Monika Julia Zuzanna Danuta Irena Jadwiga Hanna Natalia Beata Wiktoria Dorota Halina Jolanta "
    "Alicja Iwona Grażyna Maja Oliwia Karolina Janina Urszula Justyna Renata Paulina Patrycja Gabriela Helena "
    "Emilia Marta Bożena Wanda Stanisława Sylwia Izabela Weronika Lucyna Martyna Aneta Kinga Edyta Wiesława Ilona "
    "Mirosława Kazimiera Marianna Stefania Genowefa Henryka Olga Nina Daria Róża",
    "Piotr Krzysztof Andrzej Tomasz Jan Paweł Michał Marcin Jakub Adam Marek Łukasz Grzegorz Mateusz Wojciech "
    "Mariusz Dariusz Zbigniew Maciej Rafał Robert Kamil Jerzy Dawid Szymon Kacper Tadeusz Jacek Józef Bartosz "
    "Artur Ryszard Filip Janusz Sławomir Jarosław Sebastian Damian Henryk Mirosław Daniel Stanisław Patryk "
    "Przemysław Roman Hubert Karol Antoni Kazimierz Aleksander Wiesław Dominik Marian Leszek Franciszek Bogdan "
    "Radosław Konrad Arkadiusz Krystian Waldemar Bartłomiej Zdzisław Edward Mieczysław Czesław Władysław Bogusław "
    "Wiktor Leon Oskar Stefan Bolesław Zygmunt Ignacy Witold Lech Eugeniusz Ludwik Emil Cezary Igor",
    "Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski "
    "Kozłowski Jankowski Mazur Wojciechowski Kwiatkowski Krawczyk Kaczmarek Piotrowski Grabowski Zając Pawłowski "
    "Michalski Król Wieczorek Jabłoński Wróbel Nowakowski Majewski Olszewski Stępień Malinowski Jaworski Adamczyk "
    "Dudek Nowicki Pawlak Górski Witkowski Walczak Sikora Baran Rutkowski Michalak Szewczyk Ostrowski Tomaszewski "
    "Pietrzak Zalewski Wróblewski Marciniak Jasiński Zawadzki Bąk Jakubowski Sadowski Duda Włodarczyk Wilk "
    "Chmielewski Borkowski Sokołowski Szczepański Sawicki Kucharski Lis Maciejewski Kubiak Kalinowski Mazurek "
    "Wysocki Kołodziej Kaźmierczak Czarnecki Sobczak Konieczny Urbański Głowacki Wasilewski Sikorski Zakrzewski "
    "Krajewski Krupa Laskowski",
)
_DE = (
    "Ursula Maria Monika Petra Elisabeth Sabine Renate Helga Karin Brigitte Ingrid Erika Andrea Gisela Claudia "
    "Susanne Gabriele Christa Christine Hildegard Anna Birgit Barbara Gertrud Heike Marianne Elke Martina "
    "Angelika Irmgard Inge Ute Elfriede Doris Marion Ruth Ulrike Hannelore Jutta Gerda Kerstin Ilse Anneliese "
    "Margarete Ingeborg Anja Edith Sandra Waltraud Beate Rita Katharina Christel Nicole Regina Eva Rosemarie Erna "
    "Manuela Sonja Johanna Irene Silke Gudrun Christina Melanie Julia Katrin Silvia Anke Stefanie Lisa",
    "Peter Michael Wolfgang Thomas Klaus Hans Werner Jürgen Manfred Heinz Helmut Günter Andreas Gerhard Walter "
    "Dieter Horst Uwe Bernd Karl Stefan Herbert Martin Christian Heinrich Frank Rolf Kurt Rainer Norbert Ralf "
    "Joachim Josef Georg Ulrich Matthias Willi Rudolf Siegfried Wilhelm Franz Hermann Alexander Erich Reinhard "
    "Hartmut Bernhard Günther Jörg Alfred Robert Paul Friedrich Otto Erwin Holger Johannes Harald Jens Sebastian "
    "Daniel Ernst Markus Johann Christoph Dirk Torsten Volker Jan Fritz Max Philipp Tobias Felix Lukas Jonas",
    "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein "
    "Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Schmitz Krause "
    "Meier Lehmann Schmid Schulze Maier Köhler Herrmann König Walter Mayer Huber Kaiser Fuchs Peters Lang Scholz "
    "Möller Weiß Jung Hahn Schubert Vogel Friedrich Keller Günther Frank Berger Winkler Roth Beck Lorenz Baumann "
    "Franke Albrecht Schuster Simon Ludwig Böhm Winter Kraus Martin Schumacher Krämer Vogt Stein Jäger Otto "
    "Sommer Groß Seidel Heinrich Brandt Haas Schreiber Graf Schulte Dietrich Ziegler Kuhn Kühn Pohl Engel Horn "
    "Busch Bergmann Thomas Voigt Sauer Arnold Wolff Pfeiffer Lindner Ernst Beyer Kramer Nagel Hermann Schwab "
    "Rieger Götz Baum Thiel Hübner Kern Ritter Stahl Böttcher",
)
_FR = (
    "Marie Jeanne Françoise Monique Catherine Nathalie Isabelle Jacqueline Anne Sylvie Martine Madeleine Nicole "
    "Suzanne Hélène Christine Marguerite Denise Louise Christiane Yvonne Valérie Sophie Sandrine Stéphanie "
    "Véronique Simone Geneviève Céline Germaine Julie Patricia Brigitte Odette Laurence Aurélie Claire Camille "
    "Paulette Chantal Annie Dominique Élisabeth Pauline Thérèse Lucie Émilie Virginie Léa Emma",
    "Jean Pierre Michel André Philippe Louis René Alain Jacques Bernard Marcel Daniel Roger Robert Paul Claude "
    "Christian Henri Georges Nicolas François Patrick Gérard Christophe Joseph Julien Maurice Laurent Frédéric "
    "Éric David Stéphane Pascal Sébastien Alexandre Thierry Olivier Antoine Raymond Guy Dominique Charles Didier "
    "Marc Vincent Yves Guillaume Bruno Gilbert Jérôme Lucien Thomas Émile Hugo Maxime Benoît Gaston",
    "Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel Lefebvre Leroy Roux "
    "David Bertrand Morel Fournier Girard Bonnet Dupont Lambert Fontaine Rousseau Vincent Muller Lefèvre Faure "
    "André Mercier Blanc Guérin Boyer Garnier Chevalier François Legrand Gauthier Garcia Perrin Robin Clément "
    "Morin Nicolas Henry Roussel Mathieu Gautier Masson Marchand Duval Denis Dumont Marie Lemaire Noël Meyer "
    "Dufour Meunier Brun Blanchard Giraud Joly Rivière Lucas Brunet Gaillard Barbier Arnaud Martinez Gérard Roche "
    "Renard Schmitt Roy Leroux Colin Vidal Caron Picard Roger Fabre Aubert Lemoine Renaud Dumas Lacroix Olivier "
    "Philippe Bourgeois Pierre Benoît Rey Leclerc Payet",
)
_NL = (
    "Maria Johanna Anna Wilhelmina Cornelia Elisabeth Catharina Hendrika Petronella Jacoba Adriana Margaretha "
    "Esther Ingrid Monique Marieke Linda Petra Sandra Marianne Anja Sophie Emma Julia Lotte Sanne Femke Anneke "
    "Ria Truus Greetje Els Ineke Yvonne Wilma Astrid Saskia Karin",
    "Johannes Jan Cornelis Hendrik Willem Pieter Jacobus Gerrit Petrus Peter Antonius Henk Hans Kees Piet Dirk "
    "Jeroen Bas Tim Daan Sander Martijn Erik Rob Marcel Frank Paul Ruud Wim Gert Joop Theo Bert Klaas Arie "
    "Maarten Thijs Lars Jaap Ton Frans Sjaak Leo Harry Robert Mark Michiel Koen",
    "Jansen Visser Bakker Smit Mulder Meijer Bos Vos Peters Hendriks Dekker Brouwer Dijkstra Smits Koster Kok "
    "Prins Huisman Peeters Kuipers Kuiper Schouten Willems Maas Verhoeven Postma Martens Wolters Jacobs Hermans "
    "Koning Post Molenaar Scholten Janssen Vermeulen Schipper Hofman Verbeek Hoekstra Gerritsen Blom Veenstra "
    "Evers Driessen Boer Timmermans Kramer Sanders Mol Willemsen Groen Jonker Bosman Bosch Zijlstra Kroon",
)
_IT = (
    "Maria Anna Giuseppina Rosa Angela Giovanna Teresa Lucia Carmela Caterina Francesca Laura Elena Rita "
    "Antonietta Giulia Paola Sara Chiara Valentina Alessandra Cristina Silvia Daniela Elisa Federica Simona "
    "Monica Roberta Patrizia Franca Luisa Barbara Sofia Martina Claudia",
    "Giuseppe Giovanni Antonio Mario Luigi Francesco Angelo Vincenzo Pietro Salvatore Carlo Franco Domenico Bruno "
    "Paolo Michele Giorgio Aldo Sergio Luciano Marco Andrea Alessandro Stefano Roberto Luca Matteo Davide Fabio "
    "Claudio Massimo Riccardo Federico Enrico Simone Alberto Lorenzo",
    "Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti Mancini Costa "
    "Giordano Rizzo Lombardi Moretti Barbieri Fontana Santoro Mariani Rinaldi Caruso Ferrara Galli Martini Leone "
    "Longo Gentile Martinelli Vitale Lombardo Serra Coppola Marchetti Parisi Villa Conte Ferraro Ferri Fabbri "
    "Bianco Marini Grasso Valentini Messina Sala Gatti Pellegrini Palumbo Sanna Farina Rizzi Monti Cattaneo",
)
_AR_LATIN = (
    "Fatima Aisha Mariam Layla Zainab Khadija Noor Amina Hala Rania Yasmin Salma Huda Samira Nadia Iman Dina "
    "Ghada Reem Lina Farah Hanan Souad Rasha Abeer Leila Karima Safia Latifa Malika Nawal Mona Sana Maha Zahra "
    "Hafsa Sumaya Nada Wafa Najat Ruqayya Jamila Naima Asma Rim Manal",
    "Mohammed Ahmed Ali Omar Hassan Youssef Khaled Mahmoud Ibrahim Tariq Samir Bilal Karim Mustafa Faisal Walid "
    "Nabil Rachid Hamza Ziad Abdullah Jamal Anwar Hisham Bashar Munir Adel Mohamed Ahmad Hussein Saeed Salim Said "
    "Hamid Abbas Nasser Salah Yasser Ismail Yusuf Osama Fouad Majid Hamad Sami Taha Ayman Imad Rashid Khalil Saad "
    "Mansour Kamal Idris Jaber Marwan Murad",
    "Haddad Khoury Nasser Mansour Abdallah Saleh Hamdan Qasim Darwish Benali Bouazizi Najjar Shaheen Ghanem "
    "Rahman Sabbagh Awad Zidan Barakat Tahiri Hassan Hussein Ahmed Ibrahim Khalil Salem Hamad Saad Haidar Aziz "
    "Karimi Rashid Hakim Salman Yassin Bakr Othman Sharif Mahdi Jabir Habib Saleem Mubarak Shehata Bakri Fahmy "
    "Tawfik Suleiman Jaafari Zubaidi Tikriti Maliki Hashimi Khatib Hosseini Ahmadi Mohammadi Rezaei Moradi Jafari "
    "Rahimi Tehrani Sadeghi Kazemi Barzani Talabani Sayyaf Massoud Rabbani Noorzai Akhundzada",
)
_ZH_LATIN = (
    "Jing Li Yan Fang Xiuying Hui Lanying Yuxin Jiayi Xinyi Qian Siyu Ting Mei Xia Na Min Juan Ling Ying Yun Xue "
    "Lan Hong Wen Lin Yu Ying-jeou Mei-ling Shu-fen Ching-wen Xiaoyan Xiaoli Yuhan",
    "Wei Jianguo Hao Ming Xiaolong Jun Zhiyuan Haoran Lei Guoqiang Bo Yichen Zihan Chao Tao Minghao Jian Qiang "
    "Gang Yong Bin Peng Feng Kai Long Dong Xiaoping Jintao Zemin Jiabao Rongji Weiping Guangming Chi-ming Kin-man "
    "Wai-keung Chun-yu Shui Zhen Jie Xin",
    "Wang Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo He Gao Lin Luo Zheng Xie Tang Deng Ouyang "
    "Feng Cai Li Han Cao Peng Zeng Xiao Tian Dong Pan Yuan Jiang Du Ye Cheng Wei Su Lu Ding Shen Ren Yao Lam Chan "
    "Wong Cheung Leung Ho Ng Lau Kwok Tsang Yeung Tsai Hsu Hsieh Chiang",
)
_JA_LATIN = (
    "Yuki Sakura Haruka Keiko Naoko Aiko Mei Rin Ayumi Emi Kazuko Misaki Noriko Tomoko Yoko Akiko Michiko Yumi "
    "Kumiko Sachiko Hiroko Mariko Reiko Junko Yoshiko Chiyo Hanako Natsuki Mao Miho Kaori Megumi",
    "Hiroshi Takeshi Kenji Haruto Satoshi Daisuke Kazuo Ryota Shinji Makoto Yuto Naoki Akira Tetsuya Takashi "
    "Ichiro Junichiro Shinzo Yoshiro Keizo Tomohiro Kenta Masao Kenzo Noboru Toshio Hayao Hideo Isao Masato "
    "Minoru Kiyoshi Tadashi Yasuo Yukio Taro Shigeru Kazuya Koji Osamu Susumu",
    "Sato Suzuki Takahashi Tanaka Watanabe Ito Yamamoto Nakamura Kobayashi Kato Yoshida Yamada Sasaki Matsumoto "
    "Inoue Kimura Hayashi Shimizu Mori Yamaguchi Saito Abe Ikeda Hashimoto Ishikawa Yamazaki Ogawa Okada Goto "
    "Hasegawa Murakami Kondo Ishii Sakamoto Endo Aoki Fujii Nishimura Fukuda Ota Miura Fujiwara Okamoto Matsuda "
    "Nakagawa Harada Takeuchi Ueda Nakano Tamura Kojima Wada Morita Sakai Kudo Yokoyama Miyazaki Miyamoto Uchida "
    "Takagi Ando Taniguchi Ono Imai Maruyama Noguchi Koizumi",
)
_RU_LATIN = (
    "Elena Olga Natalia Tatiana Irina Anna Svetlana Maria Marina Ekaterina Lyudmila Galina Nina Nadezhda "
    "Valentina Oksana Yulia Tamara Lidia Vera Larisa Anastasia Raisa Zoya Sofya Polina Kateryna Halyna Iryna "
    "Lyubov Daria Ksenia Yelena Alla Inna Lilia Olena",
    "Alexander Sergei Vladimir Andrei Alexei Dmitry Mikhail Nikolai Ivan Viktor Yuri Boris Igor Oleg Anatoly "
    "Evgeny Pavel Konstantin Leonid Maxim Vyacheslav Grigory Gennady Valery Vasily Pyotr Fyodor Lev Roman Denis "
    "Artyom Kirill Ruslan Stanislav Eduard Vitaly Ilya Yegor Yevgeny Arkady Georgy Semyon Nikita Vadim Timur "
    "Oleksandr Volodymyr Mykola Bogdan",
    "Ivanov Smirnov Kuznetsov Popov Vasiliev Petrov Sokolov Mikhailov Novikov Fedorov Morozov Volkov Alekseev "
    "Lebedev Semenov Egorov Pavlov Kozlov Stepanov Nikolaev Orlov Andreev Makarov Nikitin Zakharov Zaitsev "
    "Solovyov Borisov Yakovlev Grigoriev Romanov Vorobyov Sergeev Kuzmin Frolov Alexandrov Dmitriev Korolev Gusev "
    "Kiselev Ilyin Maximov Polyakov Sorokin Vinogradov Kovalev Belov Medvedev Antonov Tarasov Zhukov Baranov "
    "Filippov Komarov Davydov Belyaev Gerasimov Bogdanov Osipov Sidorov Matveev Titov Markov Mironov Krylov "
    "Kulikov Karpov Vlasov Melnikov Denisov Gavrilov Tikhonov Kazakov Afanasyev Danilov Savelyev Timofeev Fomin "
    "Chernov Abramov Martynov Efimov Kovalenko Shevchenko Bondarenko Tkachenko Melnyk Lysenko Marchenko Petrenko "
    "Kravchenko Savchenko Rybakov Primakov",
)
_KO_LATIN = (
    "Ji-woo Min-ji Soo-yeon Hye-jin Eun-ji Seo-yeon Yuna Ha-eun Mi-sook Young-hee Jiyoung Soo-jin Eun-kyung "
    "Hyun-ju Geun-hye Mi-kyung",
    "Min-jun Seung-ho Ji-hoon Sung-min Hyun-woo Jae-won Dong-hyun Tae-yang Joon-ho Kyung-soo Woo-jin Dae-jung "
    "Young-sam Jong-un Myung-bak Moo-hyun Chan-ho Ki-moon Sang-woo Jin-woo",
    "Kim Lee Park Choi Jung Kang Cho Yoon Jang Lim Han Oh Seo Shin Kwon Hwang Ahn Song Ryu Hong Jeon Ko Moon Yang "
    "Son Bae Baek Heo Yoo Nam Sim Noh Ha Joo",
)
COMMON: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    origin: (tuple(women.split()), tuple(men.split()), tuple(families.split()))
    for origin, (women, men, families) in (
        ("es", _ES), ("pt", _PT), ("da", _DA), ("no", _NO), ("ro", _RO), ("hr", _HR), ("pl", _PL), ("de", _DE),
        ("fr", _FR), ("nl", _NL), ("it", _IT), ("ar_latin", _AR_LATIN),
        ("zh_latin", _ZH_LATIN), ("ja_latin", _JA_LATIN), ("ru_latin", _RU_LATIN), ("ko_latin", _KO_LATIN),
    )
}  # fmt: skip
