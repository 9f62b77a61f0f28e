const words = (text: string): readonly string[] => text.split(/\s+/);

export const prose =
  words(`the of and to in a is that it was for on are with as at be this have from or had by not
  but what all were when we there can an your which their said if do will each about how up out them then she many
  some so these would other into has more her two like him see time could no make than first been its who now people
  my made over did down only way find use may water long little very after called just where most know get through
  back much before go good new write our used me man too any day same right look think also around another came come
  work three word must because does part even place well such here take why things help put years different away again
  off went old number great tell men say small every found still between name should home big give air line set own
  under read last never us left end along while might next sound below saw something thought both few those always
  looked show large often together asked house world going want school important until form food keep children feet
  land side without boy once animals life enough took sometimes four head above kind began almost live page got earth
  need far hand high year mother light parts country father let night following picture being study second eyes soon
  times story boys since white days ever paper hard near sentence better best across during today others however sure
  means knew it's try told young miles sun ways thing whole hear example heard several change answer room sea against
  top turned learn point city play toward five using himself usually customer delivery invoice refund shipment order
  account payment discount subscription description international responsibility characteristics internationalization`);

export const firstNames =
  words(`Anna Ben Clara David Elif Fatima Giovanni Hanna Ivan Julia Kofi Lena Mohammed Nora
  Olga Pedro Quentin Rosa Søren Tomasz Ursula Víctor Wei Xenia Yusuf Zoë Jean-Luc Siobhán O'Neil`);

export const lastNames =
  words(`Müller Schmidt Nguyen García Kowalski Rossi Dubois Johansson Virtanen Silva Patel Kim
  Yamamoto Ivanova Okafor O'Brien McDonald d'Angelo Smith-Jones Papadopoulos Hernández Öztürk Łukaszewicz Ng`);

export const identifiers =
  words(`user order total count index value result buffer offset length stream parser token
  session request response config client server row column table schema query cache handler state next previous`);

export const folders =
  words(`var usr home srv opt data lib share log cache tmp app src dist assets images backup v1
  release 2024 2023-11 node_modules site-packages`);

export const hosts =
  words(`www.example.com cdn.shop.test api.internal.io docs.postgresql.org localhost
  static.assets-cdn.net eu-west-1.compute.cloud.test db01.prod.corp`);
