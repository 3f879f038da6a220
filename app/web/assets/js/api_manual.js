// The documentation of the API, to read and to try: Swagger UI with our own description, and nothing from elsewhere.
import SwaggerUI from 'swagger-ui-dist/swagger-ui-es-bundle.js'

const place = document.querySelector('[data-api]')

/** Only the token and the operations: the page around them has its own heading and its own main part. */
const withinAPage = ({ React }) => ({
  components: {
    WithinAPage: ({ getComponent }) => {
      const part = (name) => React.createElement(getComponent(name, true), { key: name })
      return React.createElement('div', { className: 'swagger-ui' }, ['errors', 'AuthorizeBtnContainer', 'operations'].map(part))
    }
  }
})

SwaggerUI({
  domNode: place,
  url: place.dataset.api,
  validatorUrl: null,
  docExpansion: 'list',
  defaultModelsExpandDepth: -1,
  plugins: [withinAPage],
  layout: 'WithinAPage'
})
