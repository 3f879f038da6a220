// The small script of every page. Everything works without it; it saves typing and waiting.
import {
  Accordion, Button, CharacterCount, Checkboxes, ErrorSummary, NotificationBanner,
  PasswordInput, Radios, ServiceNavigation, SkipLink, Tabs, createAll
} from 'govuk-frontend'
import { keepDrafts } from './draft.js'
import { showWhenAsked } from './conditions.js'
import { warnBeforeSessionEnds } from './session.js'
import { offerPrinting } from './printing.js'
import { offerDays, partWholeDays } from './dates.js'
import { offerCopying } from './copying.js'

for (const component of [
  Accordion, Button, CharacterCount, Checkboxes, ErrorSummary, NotificationBanner,
  PasswordInput, Radios, ServiceNavigation, SkipLink, Tabs
]) createAll(component)

showWhenAsked(document)
keepDrafts(document)
warnBeforeSessionEnds(document)
offerPrinting(document)
offerDays(document)
partWholeDays(document)
offerCopying(document)
