"""Templates of the synthetic corpus.

`{LABEL}` is filled with a personal value and becomes a span; `{LABEL:n}` names the nth person, place or number, so that
two mentions are the same. `{{word}}` is filled with something that is nobody's (an order number, a company, a plain
date) and stays unlabelled. One template in four is kept for evaluation alone.
"""

TEMPLATES = (
    # mail
    "Hi {FIRST_NAME},\n\nthanks for your call. Please send the signed form to {EMAIL_ADDRESS} or by post to {STREET_ADDRESS}, {LOCATION}.\n\nKind regards,\n{PERSON}",
    "Dear {PERSON:1},\nyour booking {{order}} is confirmed for {{date}}. We will ring you on {PHONE_NUMBER} if anything changes.\n{PERSON:2}, guest relations",
    "From: {PERSON:1} <{EMAIL_ADDRESS:1}>\nTo: {EMAIL_ADDRESS:2}\nSubject: Re: invoice {{order}}\n\nI paid it on {{date}} from {IBAN_CODE}. Could you check?",
    "hello, this is {PERSON} again. i moved, my new address is {STREET_ADDRESS}, {LOCATION}. phone stays {PHONE_NUMBER}. thx",
    "Please remove {EMAIL_ADDRESS} from the list. The mailbox belonged to {PERSON}, who left {{company}} in {{month}}.",
    "To whom it may concern: {PERSON}, born on {DATE_OF_BIRTH} in {LOCATION}, worked for {{company}} for {{number}} years.",
    "Out of office until {{date}}. In urgent cases write to {EMAIL_ADDRESS} or call {PERSON} on {PHONE_NUMBER}.",
    # support
    "Ticket {{order}}: customer {PERSON} ({EMAIL_ADDRESS}) cannot log in from {IP_ADDRESS}. Reset the password and call back: {PHONE_NUMBER}.",
    "Agent: May I have your card number? Customer: Yes, it is {CREDIT_CARD}. Agent: And the name on it? Customer: {PERSON}.",
    "The parcel {{order}} for {PERSON} was left at {STREET_ADDRESS}. The customer says nobody lives there. Version {{version}} of the app shows it as delivered.",
    "User reports error {{number}} after upgrading to {{version}}. Machine name {{product}}, address {IP_ADDRESS}. Contact: {PERSON}.",
    "Refund of {{money}} to card {CREDIT_CARD} approved by {PERSON} on {{date}}.",
    "My name is {PERSON} and my customer site is {URL}. Since {{date}} the page is blank. Call me: {PHONE_NUMBER}",
    "Chat with {FIRST_NAME:1}: hi, i'd like to change my mail from {EMAIL_ADDRESS:1} to {EMAIL_ADDRESS:2} please",
    # medical
    "Patient: {PERSON}. Date of birth: {DATE_OF_BIRTH}. Address: {STREET_ADDRESS}, {LOCATION}. Seen on {{date}} for a cough of {{number}} weeks. Blood pressure {{number}}/{{number}}.",
    "{PERSON:1}, {AGE} years old, was admitted on {{date}} with chest pain. Dr {PERSON:2} started treatment. The family can be reached on {PHONE_NUMBER}.",
    "Referral\nName: {PERSON:1}\nDOB: {DATE_OF_BIRTH}\nPhone: {PHONE_NUMBER}\nGP: {PERSON:2}\nReason: knee pain, {{number}} months, MRI {{order}} attached.",
    "The {AGE}-year-old patient from {LOCATION} was discharged in good health. Next visit on {{date}} with Dr {PERSON}.",
    "Lab result {{order}}: haemoglobin {{number}}, potassium {{version}}. Please inform Mrs {LAST_NAME} at {PHONE_NUMBER}.",
    "Insurance number {US_SSN}, patient {PERSON}, allergic to penicillin, weight {{number}} kg.",
    # law and contracts
    "This agreement is made on {{date}} between {PERSON:1}, residing at {STREET_ADDRESS:1}, {LOCATION:1}, and {{company}}, represented by {PERSON:2}.",
    "The applicant, {PERSON}, was born in {DATE_OF_BIRTH} and lives in {LOCATION}. The court dismissed the appeal no. {{order}} on {{date}}.",
    "The witness {PERSON:1} stated that {PERSON:2} had left the house at {STREET_ADDRESS} before {{date}}.",
    "Tenant: {PERSON}\nFlat: {STREET_ADDRESS}, {LOCATION}\nRent: {{money}} a month, to be paid to {IBAN_CODE}",
    "I, {PERSON}, social security number {US_SSN}, authorise {{company}} to collect {{money}} from my account {IBAN_CODE}.",
    # forms, tables and data
    "Name;Street;City;Phone\n{PERSON};{STREET_ADDRESS};{LOCATION};{PHONE_NUMBER}",
    '{"id": {{number}}, "name": "{PERSON}", "email": "{EMAIL_ADDRESS}", "ip": "{IP_ADDRESS}", "version": "{{version}}"}',
    "First name: {FIRST_NAME}\nLast name: {LAST_NAME}\nBorn: {DATE_OF_BIRTH}\nPlace: {LOCATION}\nE-mail: {EMAIL_ADDRESS}",
    "order,{{order}},{{date}},{PERSON},{CREDIT_CARD},{{money}}",
    "{{date}} 12:03:{{number}} INFO login ok user={EMAIL_ADDRESS} from={IP_ADDRESS} agent=app/{{version}}",
    "<customer><name>{PERSON}</name><phone>{PHONE_NUMBER}</phone><site>{URL}</site><order>{{order}}</order></customer>",
    "{{date}} WARN rejected request from {IP_ADDRESS}, library {{version}}, build {{order}}",
    "CV\n{PERSON}\n{STREET_ADDRESS}, {LOCATION}\n{PHONE_NUMBER} | {EMAIL_ADDRESS} | {URL}\n\nExperience: {{company}}, {{number}} years",
    # everyday
    "I met {PERSON:1} and {PERSON:2} in {LOCATION} last summer; {FIRST_NAME:1} still talks about it.",
    "Please tell {FIRST_NAME} that the keys are with {PERSON} at {STREET_ADDRESS}.",
    "Happy {AGE}th birthday, {FIRST_NAME}! The party is at {STREET_ADDRESS} on {{date}}.",
    "Transfer {{money}} to {PERSON}, {IBAN_CODE}, reference {{order}}.",
    "call me back on {PHONE_NUMBER}, ask for {FIRST_NAME}",
    "Photos are on {URL}, taken by {PERSON} in {LOCATION}.",
    "Server {IP_ADDRESS} belongs to {PERSON}; the other one, {{product}}, runs version {{version}}.",
    "{PERSON:1}'s flight to {LOCATION} was cancelled, so {PERSON:2} paid with {CREDIT_CARD}.",
    # nothing personal in them
    "Release {{version}} of {{product}} is out. It fixes {{number}} bugs and needs {{number}} MB less memory.",
    "{{company}} reported a profit of {{money}} for {{month}}. Shares rose by {{number}} percent.",
    "Order {{order}} will be shipped on {{date}}. The tracking number is {{order}}.",
    "The meeting of {{date}} is moved to {{date}}. Agenda: budget ({{money}}), release {{version}}, hiring.",
    "{{date}} 08:00:{{number}} ERROR disk full on {{product}}, code {{order}}",
    "Add {{number}} g of flour and {{number}} eggs, stir for {{number}} minutes and let it rest.",
    "{{company}} and {{company}} signed a contract about {{product}} in {{month}}.",
    "part,quantity,price\n{{order}},{{number}},{{money}}\n{{order}},{{number}},{{money}}",
    "Chapter {{number}}. The committee met {{number}} times in {{month}} and adopted rule {{version}}.",
    "Please find the minutes attached. Invoice {{order}} of {{date}} over {{money}} is still open.",
    "Thanks for contacting {{company}}. Your request {{order}} has been received.",
    "Measure {{number}} mm from the edge, drill, and fit screw {{order}}. Torque: {{version}} Nm.",
)
