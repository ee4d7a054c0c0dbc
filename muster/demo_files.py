"""The files of the demo: two that were imported, and one with every fault that spreadsheets have."""

# ruff: noqa: E501, RUF001  the odd characters are the point

INTAKE = '''\
StudentId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber,OptedOut,WhatsAppOptedOut,WhatsAppMarketingOptedOut,\
StaffId,Program,Nickname,Credits,Enrolled on,Lives on campus
S1001,Amara,Okafor,716-555-0101,+44 1753 495000,,,,T01,Biology,,12,2026-01-12,yes
S1002,Bo,Kay,716-555-0102,+91 98765 43210,,,,007,History,,9,2026-01-12,no
S1003,Chloé,Núñez,716-555-0103,+34 612 34 56 78,,no,no,007,Nursing,Clo,15,2026-01-13,yes
S1004,Đặng,Hải,716-555-0104,+84 91 234 56 78,,,,0042 B,Business,,6,2026-01-13,no
S1005,Emeka,Obi,,+234 803 123 4567,,,,T01,Biology,,12,2026-01-14,no
S1006,Farah,Haddad,,+1 716 555 0106,,,,,Nursing,,14,2026-01-14,yes
S1007,Grace,O’Neil,,+1 716 555 0107,yes,,,,History,Gracie,3,2026-01-14,
S1008,"Hana ""H""","Silva, Jr.",716-555-0108,,,yes,,,Business,,,,
S1009,Ivan,Петров,716-555-0109,+7 912 345-67-89,,yes,yes,,Biology,,10,2026-01-15,no
S1010,שירה,לוי,716-555-0110,+972 50-234-5678,no,no,yes,007,History,,11,2026-01-15,yes
00123,Jörg,Müller,716-555-0111,+49 1512 3456789,,,,,Business,,8,2026-01-15,no
S1012,李,雷,716-555-0112,+86 131 2345 6789,y,,,,Nursing,,16,2026-01-16,yes
S1013,=Kim,Park,716-555-0113,+82 10-2000-1234,,,,,Biology,,7,2026-01-16,no
S1014,Lucía,Gómez,716-555-0114,+34 612 34 56 79,,,,T01,Biology,Lu,13,2026-01-16,yes
S1015,Moses,,716-555-0115,,,,,,History,,5,2026-01-16,no
S1016,Noor,Aziz,716-555-01,,,,,,Nursing,,5,2026-01-17,no
'''

REGISTRAR = """\
ContactId,FirstName,LastName,MobileNumber,WhatsAppMobileNumber,Program,StaffId
S1002,Bo,Kay-Lane,716-555-0102,,History,007
S1008,Hana,Silva,716-555-0188,,Business,T01
S1014,Lucía,Gómez,716-555-0114,,Nursing,
S1020,Zoë,Brandt,+49 30 901820,,History,0042 B
"""

UGLY = '''\
StudentId,First Name,LastName,MobileNumber,WhatsAppMobileNumber,OptedOut,WhatsAppOptedOut,StaffId,Program,Nickname,\
Credits,Enrolled on,Lives on campus,Shoe size
S2001,Ada,Abara,716-555-0201,+44 1753 495 001,,no,T01,Biology,Addie,12,2026-09-01,yes,38
S2002,Ben,Boateng,(716) 555-0202,+447911123457,,,007,History,,9,2026-09-01,no,44
S2003,Cléo,Dubois,,+33 6 12 34 56 78,,no,,Nursing,,15,2026-09-01,yes,39
S2004,Dana,,716-555-0204,,,,,Biology,,3,2026-09-01,no,37
S2005,Eli,Cohen,716-555-0205,4.47712E+11,,,,Business,,6,2026-09-02,no,42
S2006,Fay,Ng,716-555-0206,441753495006,,,,Business,,6,2026-09-02,no,36
S2007,Gus,Lind,716-555-0207,0046701234567,,,,History,,6,2026-09-02,no,45
S2008,Hal,Ito,716-555-0208,+1 716 555 0208 ext. 5,,,,History,,6,2026-09-02,no,43
S2009,Ida,Roos,716-555-0209,+44 1753 495000 / +44 1753 495009,,,,Nursing,,6,2026-09-02,no,38
S2010,Jon,Berg,716-555-0210,+1 800 FLOWERS,,,,Nursing,,6,2026-09-02,no,41
S2011,Kai,Moe,716-555-0211,+999 12345,,,,Biology,,6,2026-09-02,no,40
S2012,Liv,Dahl,+1 716 123 1234,+44 7700 900123,,,,Biology,,6,2026-09-02,no,38
S2013,Mia,Holm,716-555-0213,'+44 (0)1753–495013,,maybe,,Biology,,6,2026-09-02,no,39

S2014,Ned,Frost,716-555-0214,"=""+441753495014""",,,T77,Business,,6,2026-09-02,no,44
S2015,Ola,Vik,716-555-0215,＋４４ 1753 495015,,,0042 B,Engineering,,6,2026-09-02,no,42
S2016,Pia,Storm,716-555-0216,,,,,Business,,twelve,2026-09-02,no,37
S2017,Rex,Falk,716-555-0217,,,,,Business,,12,03/04/26,perhaps,46
S2018,"Sol ""Sunny""","Reyes, Sr.",716-555-0218,+52 55 1234 5679,,,,History,"two
lines",12,2026-09-03,yes,40
S2019,Tor,Lunde,716-555-0201,,,,,History,,12,2026-09-03,no,44
S2001,Ada,Abara-Jones,716-555-0201,+44 1753 495 001,,no,T01,Biology,Addie,12,2026-09-01,yes,38
S2002,Ben,Boateng,(716) 555-0202,+447911123457,,,007,History,,9,2026-09-01,no,44
S2022,=HYPERLINK("x"),Nilsen,716-555-0222,,,,,Nursing,@home,12,2026-09-03,yes,38
S2023,😀 Uli,عبد الله,716-555-0223,+966 50 123 4567,,,,Nursing,,12,2026-09-03,no,39
S2024,Vera,Winther,716-555-0224,,,,,Nursing,A nickname much longer than the forty characters it may have,12,2026-09-03,no,40
S2025,Wim,Xander,,,,,,Biology,,12,2026-09-03,no,41
S2026,Yara,Zafar,716-555-0226,,,,,Biology,,12,2026-09-03,no,38,one too many
123,Jörg,Müller,716-555-0227,,,,,Business,,8,2026-01-15,no,43
S1001,Amara,Okafor,716-555-0101,+44 1753 495000,no,no,T01,Biology,,12,2026-01-12,yes,37
S1002,Bo,Kay-Lane,716-555-0102,,,,007,History,,9,2026-01-12,no,44
S1008,Hana,Silva,716-555-0299,,,,T01,Business,,,,,38
S1009,Ivan,Петров,716-555-0109,+7 912 345-67-89,,,,Biology,,10,2026-01-15,no,45
S1012,李,雷,716-555-0112,+86 131 2345 6789,,no,,Nursing,,16,2026-01-16,yes,39
S1014,Lucía,Gómez,716-555-0114,+44 1753 495000,,,T01,Nursing,Lu,13,2026-01-16,yes,38
,,,,,,,,,,,,,
,,,,,,,,,,,,,
'''
